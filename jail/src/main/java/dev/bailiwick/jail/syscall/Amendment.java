package dev.bailiwick.jail.syscall;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The difference between a derived profile and its base for one system call. The layers below the filter can differ too, because
 * jails of the profile may have capabilities that others lack.
 *
 * @param kernelErrno as {@link Syscall#kernelErrno}
 * @param reason the reason, never empty
 * @param enforcedBy as {@link Syscall#enforcedBy}
 */
record Amendment(Decision decision, Optional<Errno> kernelErrno, String reason, List<Layer> enforcedBy) {

    Amendment {
        enforcedBy = List.copyOf(enforcedBy);
        if (reason.isBlank()) {
            throw new MalformedTable("has no reason");
        }
    }

    static Amendment of(Map<String, String> row) {
        return new Amendment(
                Decision.parse(cell(row, "action"), cell(row, "else_errno")),
                Syscall.errno(cell(row, "kernel_errno")),
                cell(row, "reason"),
                Arrays.stream(cell(row, "enforced_by").split("\\+", -1))
                        .map(Layer::ofWord)
                        .toList());
    }

    private static String cell(Map<String, String> row, String column) {
        return Syscall.cell(row, column);
    }
}

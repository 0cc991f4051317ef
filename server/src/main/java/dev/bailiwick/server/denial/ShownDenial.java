package dev.bailiwick.server.denial;

import dev.bailiwick.jail.Denial;
import dev.bailiwick.jail.syscall.Decision;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.server.denial.DeniedCalls.DeniedCall;
import dev.bailiwick.server.page.Moment;
import java.text.NumberFormat;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A line of what a jail was refused, as its page shows it.
 *
 * @param kind {@code deny}, {@code kill} or {@code log}
 * @param count with the thousands set apart
 * @param inTable whether there is a row to read about it
 * @param remedy what an override can do about it: {@code allow}, {@code none} where it must not, {@code idle} where the kernel
 *     answers the same to a call that is let pass, or {@code unasked}
 */
record ShownDenial(
        String call,
        String kind,
        String answer,
        String count,
        boolean atLeast,
        Moment lastSeen,
        boolean inTable,
        String remedy) {

    static ShownDenial of(DeniedCall denied, Instant now) {
        boolean inTable = !Denial.OUTSIDE_TABLE.contains(denied.call());
        return new ShownDenial(
                denied.call(),
                switch (denied.answer()) {
                    case "kill", "log" -> denied.answer();
                    default -> "deny";
                },
                denied.answer(),
                NumberFormat.getIntegerInstance(Locale.ENGLISH).format(denied.count()),
                denied.atLeast(),
                Moment.of(denied.lastSeen(), now),
                inTable,
                remedy(denied));
    }

    private static String remedy(DeniedCall denied) {
        Optional<Syscall> row = SyscallTable.linux().find(denied.call());
        if (row.isEmpty() || denied.answer().equals("log")) {
            return "unasked";
        }
        // A row whose floor depends on arguments can be widened above it.
        if (row.get().floor().filter(Decision.Deny.class::isInstance).isPresent()) {
            return "none";
        }
        return row.get().kernelErrno().isPresent() ? "idle" : "allow";
    }
}

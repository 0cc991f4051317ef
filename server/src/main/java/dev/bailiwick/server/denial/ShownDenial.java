package dev.bailiwick.server.denial;

import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.syscall.Decision;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.server.denial.DeniedCalls.DeniedCall;
import dev.bailiwick.server.page.Moment;
import java.text.NumberFormat;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row of the blocked calls on a jail's page.
 *
 * @param kind {@code deny}, {@code kill} or {@code log}
 * @param count with thousands separators
 * @param inTable whether the call has a row in the table of system calls
 * @param remedy what an override can do: {@code allow} the call; {@code none}, as an override must not; {@code idle}, as the kernel
 *     gives the same answer to an allowed call; or {@code unasked}
 * @param unless the arguments with which the call is not blocked, in words; null if none
 * @param fallback what programs do without the call; null if they need it
 */
record ShownDenial(
        String call,
        String kind,
        String answer,
        String count,
        boolean atLeast,
        Moment lastSeen,
        boolean inTable,
        String remedy,
        @Nullable String unless,
        @Nullable String fallback) {

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
                remedy(denied),
                denied.unless(),
                denied.fallback());
    }

    private static String remedy(DeniedCall denied) {
        Optional<Syscall> row = SyscallTable.linux().find(denied.call());
        if (row.isEmpty() || denied.answer().equals("log")) {
            return "unasked";
        }
        // A row whose minimum decision depends on arguments can be widened above it.
        if (row.get().floor().filter(Decision.Deny.class::isInstance).isPresent()) {
            return "none";
        }
        return row.get().kernelErrno().isPresent() ? "idle" : "allow";
    }
}

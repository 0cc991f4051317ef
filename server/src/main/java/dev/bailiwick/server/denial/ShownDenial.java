package dev.bailiwick.server.denial;

import dev.bailiwick.jail.Denial;
import dev.bailiwick.jail.syscall.Decision;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.server.denial.DeniedCalls.DeniedCall;
import dev.bailiwick.server.page.Moment;
import java.text.NumberFormat;
import java.time.Instant;
import java.util.Locale;

/**
 * A line of what a jail was refused, as its page shows it.
 *
 * @param kind {@code deny}, {@code kill} or {@code log}
 * @param count with the thousands set apart
 * @param inTable whether there is a row to read about it
 * @param allowable whether an override can let it pass
 */
record ShownDenial(
        String call,
        String kind,
        String answer,
        String count,
        boolean atLeast,
        Moment lastSeen,
        boolean inTable,
        boolean allowable) {

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
                inTable && !denied.answer().equals("log") && !isOnFloor(denied.call()));
    }

    /** The kernel refuses what no override may let pass; a row whose floor depends on arguments can be widened above it. */
    private static boolean isOnFloor(String call) {
        return SyscallTable.linux()
                .find(call)
                .flatMap(row -> row.floor())
                .filter(floor -> floor instanceof Decision.Deny)
                .isPresent();
    }
}

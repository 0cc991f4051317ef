package dev.bailiwick.jail.report;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.validation.InvalidValue;
import java.time.Instant;
import java.util.Set;

/**
 * A count of calls: processes of a jail made the same call and got the same answer from its filter.
 *
 * @param call the system call's name in the table, or one of {@link #OUTSIDE_TABLE}
 * @param count at least 1
 * @param atLeast whether calls may have been missed, so that there were {@code count} or more
 * @param lastSeen when the host counted the last call
 */
public record Denial(JailId jail, String call, DenialAnswer answer, long count, boolean atLeast, Instant lastSeen) {

    /** The name of a call with a number that the table does not have on the host's architecture. */
    public static final String UNKNOWN = "unknown";

    /** The name of a call by the x32 entry of x86-64: its number has bit 30 set. */
    public static final String X32 = "x32";

    /** The name of a call by the entry of another architecture, such as {@code int 0x80} of i386. */
    public static final String FOREIGN = "foreign";

    /** The names of all calls without a row in the table. They do not depend on the number, so that a jail cannot invent names. */
    public static final Set<String> OUTSIDE_TABLE = Set.of(UNKNOWN, X32, FOREIGN);

    /** @throws InvalidValue if there is no such call, or the count is not positive */
    public Denial {
        if (!OUTSIDE_TABLE.contains(call) && SyscallTable.linux().find(call).isEmpty()) {
            throw new InvalidValue("call is not a known system call");
        }
        if (count < 1) {
            throw new InvalidValue("count must be 1 or more");
        }
    }

    /** Returns the sum of this count and a later one of the same jail, call and answer. */
    public Denial plus(Denial later) {
        long sum = count + later.count;
        return new Denial(
                jail,
                call,
                answer,
                sum < 0 ? Long.MAX_VALUE : sum,
                atLeast || later.atLeast,
                lastSeen.isAfter(later.lastSeen) ? lastSeen : later.lastSeen);
    }
}

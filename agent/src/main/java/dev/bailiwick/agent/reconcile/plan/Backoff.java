package dev.bailiwick.agent.reconcile.plan;

import java.time.Duration;

/**
 * The delay before a jail is started again. If its init ended by itself, the first delay is zero, and the next ones are 1, 2, 4 …
 * seconds, up to 5 minutes. After a failed start, the first delay is 1 second already. The count begins again after the jail has
 * run for 10 minutes.
 */
public final class Backoff {

    public static final Duration MAX = Duration.ofMinutes(5);

    /** An init that ran at least this long is not in a crash loop. */
    static final Duration STABLE = Duration.ofMinutes(10);

    /** A jail that reboots at least this long after its start is not in a loop, so each time it is started again at once. */
    static final Duration REBOOTS_APART = Duration.ofSeconds(10);

    private Backoff() {}

    /** @param strikes the number of times in a row that the init ended early or could not be started, from 1 */
    static Duration afterEnd(int strikes) {
        return strikes <= 1 ? Duration.ZERO : doubled(strikes - 2);
    }

    /** @param strikes as for {@link #afterEnd} */
    static Duration afterFailure(int strikes) {
        return doubled(strikes - 1);
    }

    private static Duration doubled(int times) {
        if (times >= 9) {
            return MAX;
        }
        Duration delay = Duration.ofSeconds(1L << Math.max(0, times));
        return delay.compareTo(MAX) > 0 ? MAX : delay;
    }
}

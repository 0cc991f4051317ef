package dev.bailiwick.agent.reconcile;

import java.time.Duration;

/**
 * How long to wait before trying again. An init that ended by itself is started again at once the first time, then after
 * 1, 2, 4 … seconds, at most every 5 minutes; a start that failed counts the same but never tries again at once. Having
 * run for 10 minutes clears the count.
 */
final class Backoff {

    static final Duration MAX = Duration.ofMinutes(5);

    /** An init that ran this long was not part of a crash loop. */
    static final Duration STABLE = Duration.ofMinutes(10);

    /** A jail that reboots this long after its start is not in a loop, so it starts again at once every time. */
    static final Duration REBOOTS_APART = Duration.ofSeconds(10);

    private Backoff() {}

    /** @param strikes how many times in a row its init ended early or could not be started, from 1 */
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

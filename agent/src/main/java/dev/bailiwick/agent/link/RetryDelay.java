package dev.bailiwick.agent.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The delay before the next attempt: 100 ms at first, doubled each time up to a maximum. Half of it is random, so that not all
 * hosts try at the same moment.
 */
final class RetryDelay {

    private static final Duration FIRST = Duration.ofMillis(100);

    private final RandomGenerator random;
    private final Duration longest;
    private Duration next = FIRST;

    RetryDelay(RandomGenerator random, Duration longest) {
        this.random = random;
        this.longest = longest;
    }

    Duration next() {
        long millis = next.toMillis();
        next = next.multipliedBy(2).compareTo(longest) < 0 ? next.multipliedBy(2) : longest;
        return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
    }

    /** Begins again with the shortest delay, after a success. */
    void reset() {
        next = FIRST;
    }
}

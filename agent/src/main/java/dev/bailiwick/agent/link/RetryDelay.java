package dev.bailiwick.agent.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before trying again: 100 ms, doubling up to a bound, of which half is left to chance, so that not all come at once. */
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

    /** It has succeeded: begin again with the shortest. */
    void reset() {
        next = FIRST;
    }
}

package dev.bailiwick.agent.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before dialling again: 100 ms, doubling up to 2 s, of which half is left to chance, so that the agents of a
 * server that restarts do not come all at once. Two seconds, because all is to converge within five of a server's return.
 */
final class Pause {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final RandomGenerator random;
    private Duration next = FIRST;

    Pause(RandomGenerator random) {
        this.random = random;
    }

    Duration next() {
        long millis = next.toMillis();
        next = next.multipliedBy(2).compareTo(LONGEST) < 0 ? next.multipliedBy(2) : LONGEST;
        return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
    }

    /** The server was there: begin again with the shortest. */
    void reset() {
        next = FIRST;
    }
}

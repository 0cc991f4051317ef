package dev.bailiwick.server.host;

import java.time.Duration;
import java.util.Optional;

/**
 * The work that a host has yet to do.
 *
 * @param waiting jails that have not reached their latest definition and were not rejected
 * @param perSecond the rate of completed jails over the last ten seconds
 */
public record Backlog(long waiting, double perSecond) {

    public static final Backlog EMPTY = new Backlog(0, 0);

    /** Returns how long the work takes at that rate; empty if nothing is waiting or the rate is 0. */
    public Optional<Duration> estimate() {
        return waiting == 0 || perSecond == 0
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds((long) Math.ceil(waiting / perSecond)));
    }
}

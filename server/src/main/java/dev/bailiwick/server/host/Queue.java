package dev.bailiwick.server.host;

import java.time.Duration;
import java.util.Optional;

/**
 * What a host has yet to do.
 *
 * @param waiting jails that are not yet as last defined, nor refused
 * @param perSecond how many it has done with in each of the last ten seconds
 */
public record Queue(long waiting, double perSecond) {

    public static final Queue EMPTY = new Queue(0, 0);

    /** How long it takes at that pace; empty where nothing moves. */
    public Optional<Duration> estimate() {
        return waiting == 0 || perSecond == 0
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds((long) Math.ceil(waiting / perSecond)));
    }
}

package dev.bailiwick.server.jail.timeline;

import java.time.Duration;

/**
 * The parts of the time between a request and its result on the host, in microseconds. Each part is measured by one
 * clock.
 *
 * @param requestMicros from the arrival of the request until its definition was stored
 * @param commitMicros from then until the definition was committed and read again to be sent to its host
 * @param pushMicros from then until it was sent
 * @param acceptMicros from then until the host reported that it is on its disk
 * @param hostMicros from then until the host's result was stored; includes the host's own steps
 */
public record ChangeTimeline(
        long requestMicros, long commitMicros, long pushMicros, long acceptMicros, long hostMicros) {

    long beforeHostMicros() {
        return requestMicros + commitMicros + pushMicros + acceptMicros;
    }

    public long totalMicros() {
        return beforeHostMicros() + hostMicros;
    }

    /** Returns the duration in microseconds, at least 0: two readings of a clock may be out of order. */
    static long micros(Duration duration) {
        return Math.max(0, duration.toNanos() / 1_000);
    }
}

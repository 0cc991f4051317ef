package dev.bailiwick.server.jail.timeline;

import java.time.Duration;

/**
 * Where the time went from a request to what its host made of it, in microseconds. Each is by one clock.
 *
 * @param requestMicros from the request's arrival until its definition was written
 * @param commitMicros until it was committed and read again to be sent to its host
 * @param pushMicros until it was sent
 * @param acceptMicros until the host said that it has it on its disk
 * @param hostMicros until what the host made of it was stored; the host's own steps are part of this
 */
public record Road(long requestMicros, long commitMicros, long pushMicros, long acceptMicros, long hostMicros) {

    long beforeHostMicros() {
        return requestMicros + commitMicros + pushMicros + acceptMicros;
    }

    public long totalMicros() {
        return beforeHostMicros() + hostMicros;
    }

    /** @return how long, never less than nothing: two reads of a clock may be out of order */
    static long micros(Duration duration) {
        return Math.max(0, duration.toNanos() / 1_000);
    }
}

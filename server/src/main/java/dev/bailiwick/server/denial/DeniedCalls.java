package dev.bailiwick.server.denial;

import java.time.Instant;
import java.util.List;

/**
 * What a jail was refused since a time; what was refused most comes first.
 *
 * @param since the beginning of an hour
 * @param calls each call and answer once
 */
public record DeniedCalls(Instant since, List<DeniedCall> calls) {

    public DeniedCalls {
        calls = List.copyOf(calls);
    }

    /**
     * @param call the system call's name; {@code unknown}, {@code x32} or {@code foreign} for calls without a row in the table
     * @param answer the name of the error that the process got; {@code error} where it is not known, {@code kill}, or
     *     {@code log} where the call went on
     * @param atLeast some may have been missed
     */
    public record DeniedCall(String call, String answer, long count, boolean atLeast, Instant lastSeen) {}
}

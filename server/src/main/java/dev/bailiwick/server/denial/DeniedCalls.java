package dev.bailiwick.server.denial;

import java.time.Instant;
import java.util.List;

/**
 * The blocked calls of a jail since a time, the most frequent first.
 *
 * @param since the beginning of an hour
 * @param calls each combination of call and answer once
 */
public record DeniedCalls(Instant since, List<DeniedCall> calls) {

    public DeniedCalls {
        calls = List.copyOf(calls);
    }

    /**
     * The blocked calls with one name and one answer.
     *
     * @param call the system call's name; {@code unknown}, {@code x32} or {@code foreign} for calls without a row in the table
     * @param answer the name of the error that the process got; {@code error} if it is unknown, {@code kill}, or {@code log} if the
     *     call was allowed and logged
     * @param atLeast whether some calls may not have been counted
     */
    public record DeniedCall(String call, String answer, long count, boolean atLeast, Instant lastSeen) {}
}

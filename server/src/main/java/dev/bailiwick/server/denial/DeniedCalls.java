package dev.bailiwick.server.denial;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Decision;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
     * @param unless the arguments with which the jail's profile would not have blocked the call, in words; absent if none, or if the
     *     call has an override
     * @param fallback what programs do without the call, if they do; the blocked calls are then harmless
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record DeniedCall(
            String call,
            String answer,
            long count,
            boolean atLeast,
            Instant lastSeen,
            @Nullable String unless,
            @Nullable String fallback) {

        /** Creates a row that is explained by the table of system calls. */
        static DeniedCall of(Policy policy, String call, String answer, long count, boolean atLeast, Instant lastSeen) {
            Optional<Syscall> row = SyscallTable.linux().find(call);
            return new DeniedCall(
                    call,
                    answer,
                    count,
                    atLeast,
                    lastSeen,
                    row.flatMap(known -> unless(policy, known)).orElse(null),
                    row.filter(_ -> !answer.equals("kill") && !answer.equals("log"))
                            .flatMap(Syscall::fallback)
                            .orElse(null));
        }

        private static Optional<String> unless(Policy policy, Syscall call) {
            boolean overridden = policy.overrides().stream()
                    .anyMatch(override -> override.call().equals(call.name()));
            return !overridden && call.decision(policy.profile()) instanceof Decision.AllowIf(var rule, var _)
                    ? Optional.of(rule.words(call))
                    : Optional.empty();
        }
    }
}

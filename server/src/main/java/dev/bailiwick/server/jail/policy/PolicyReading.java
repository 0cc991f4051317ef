package dev.bailiwick.server.jail.policy;

import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyDiff;
import dev.bailiwick.jail.policy.PolicyWarning;
import dev.bailiwick.jail.policy.PolicyWarnings;
import dev.bailiwick.jail.policy.RowChange;
import dev.bailiwick.jail.seccomp.Explanation;
import dev.bailiwick.jail.seccomp.SeccompCompiler;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.CallArguments;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A policy, as it reads on one architecture at one moment. */
public record PolicyReading(Policy policy, Architecture architecture, Instant at) {

    /**
     * Explains the result of one call.
     *
     * @param arguments decimal or hexadecimal numbers, separated by commas; blank for none
     * @throws InvalidRequest if the call does not exist or an argument is not a number, pointing to {@code /call} and
     *     {@code /args}
     */
    public Explanation explain(String call, String arguments) {
        List<Violation> violations = new ArrayList<>();
        Optional<Syscall> row = read("/call", () -> SyscallTable.linux().named(call.strip()), violations);
        Optional<CallArguments> values = read("/args", () -> CallArguments.parse(arguments), violations);
        if (row.isEmpty() || values.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return Explanation.of(policy, row.get(), architecture, at, values.get());
    }

    public List<PolicyWarning> warnings() {
        return PolicyWarnings.of(policy, at);
    }

    /** Returns the warnings about this policy, also about calls that it decides more loosely than the earlier policy. */
    public List<PolicyWarning> warningsSince(Policy before) {
        return PolicyWarnings.between(before, policy, at);
    }

    /** Returns the differences between this policy and its own profile. */
    public List<RowChange> departures() {
        return since(Policy.of(policy.profile()));
    }

    public List<RowChange> since(Policy before) {
        return PolicyDiff.between(before, policy, at);
    }

    public SeccompFilter filter() {
        return SeccompCompiler.compile(policy, architecture, at);
    }

    public static <T> Optional<T> read(String pointer, Supplier<T> reading, List<Violation> violations) {
        try {
            return Optional.of(reading.get());
        } catch (InvalidValue e) {
            violations.add(new Violation(pointer, e.reason()));
            return Optional.empty();
        }
    }
}

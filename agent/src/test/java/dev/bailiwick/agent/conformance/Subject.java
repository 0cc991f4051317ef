package dev.bailiwick.agent.conformance;

import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.syscall.Decision;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A policy that is put to the test.
 *
 * @param name a jail's name
 */
record Subject(String name, Policy policy) {

    /** Every profile, and what the table says of overrides that change nothing. */
    static List<Subject> all() {
        return Stream.concat(
                        Arrays.stream(Profile.values()).map(p -> new Subject(p.text(), Policy.of(p))),
                        Stream.of(overridden()))
                .toList();
    }

    /** {@code hosting}, but the filter passes every call that the kernel is said to refuse all the same. */
    private static Subject overridden() {
        List<PolicyOverride> overrides = SyscallTable.linux().all().stream()
                .filter(call -> call.kernelErrno().isPresent() && call.floor().isEmpty())
                .filter(call -> call.decision(Profile.HOSTING) instanceof Decision.Deny)
                .map(Subject::allow)
                .toList();
        return new Subject("hosting-overridden", new Policy(Profile.HOSTING, overrides));
    }

    private static PolicyOverride allow(Syscall call) {
        return new PolicyOverride(
                call.name(), new OverrideDecision.Allow(), "To see what the kernel says", "", Optional.empty());
    }
}

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
 * A policy under test.
 *
 * @param name a jail's name
 */
record Subject(String name, Policy policy) {

    /** Returns every profile, and a policy with overrides that have no effect according to the table. */
    static List<Subject> all() {
        return Stream.concat(
                        Arrays.stream(Profile.values()).map(p -> new Subject(p.text(), Policy.of(p))),
                        Stream.of(overridden()))
                .toList();
    }

    /** Returns {@code hosting} with a filter that allows every call that the kernel is said to deny anyway. */
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

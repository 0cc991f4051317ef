package dev.bailiwick.jail.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.policy.Outcome;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.CallArguments;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.syscall.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExplanationTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final PolicyOverride CLOCK = new PolicyOverride(
            "settimeofday", new OverrideDecision.Allow(), "NTP runs inside", "ada", Optional.empty());

    @Test
    void provesTheVerdictOfAnArgumentRule() {
        Explanation refused = explain(Policy.of(Profile.HOSTING), "socket", "17");
        Explanation passed = explain(Policy.of(Profile.HOSTING), "socket", "2,1");

        assertThat(refused.proof().orElseThrow().verdict()).isEqualTo(new Verdict.Deny(Errno.EAFNOSUPPORT));
        assertThat(passed.proof().orElseThrow().verdict()).isEqualTo(new Verdict.Allow());
        assertThat(passed.outcome().ruling().arguments()).containsExactly(0, 1, 2);
        assertThat(passed.outcome().ruling().text())
                .startsWith("allow if low32(arg0) in {1,10}")
                .endsWith(", else deny with EAFNOSUPPORT");
    }

    @Test
    void walksEveryLayer() {
        Explanation explanation = explain(new Policy(Profile.HOSTING, List.of(CLOCK)), "settimeofday", "");

        assertThat(explanation.outcome().path())
                .extracting(step -> step.getClass().getSimpleName())
                .containsExactly("ProfileRow", "InForce", "Filter", "Kernel");
        assertThat(explanation.outcome().seen()).isEqualTo(new Outcome.Seen.Refusal(Errno.EPERM));
        Explanation.Proof proof = explanation.proof().orElseThrow();
        assertThat(proof.number()).isEqualTo(164);
        assertThat(proof.executed()).isPositive().isLessThan(proof.length());
    }

    @Test
    void hasNoProofWhereTheArchitectureLacksTheCall() {
        Explanation explanation =
                Explanation.of(Policy.of(Profile.HOSTING), row("mknod"), Architecture.AARCH64, NOW, CallArguments.NONE);

        assertThat(explanation.proof()).isEmpty();
    }

    /** Table and filter agree for all arguments at which the result of a rule may change. */
    @ParameterizedTest
    @EnumSource
    void agreesWithTheFilterOnEveryCall(Profile profile) {
        for (Architecture architecture : Architecture.values()) {
            for (Syscall call : SyscallTable.linux().all()) {
                Explanation explanation =
                        Explanation.of(Policy.of(profile), call, architecture, NOW, CallArguments.NONE);
                assertThat(explanation.proof().isPresent())
                        .as(call.name())
                        .isEqualTo(call.number(architecture).isPresent());
            }
        }
    }

    private static Explanation explain(Policy policy, String call, String arguments) {
        return Explanation.of(policy, row(call), Architecture.X86_64, NOW, CallArguments.parse(arguments));
    }

    private static Syscall row(String call) {
        return SyscallTable.linux().find(call).orElseThrow();
    }
}

package dev.bailiwick.jail.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObservationTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Instant TOMORROW = NOW.plus(Duration.ofDays(1));
    private static final Policy HOSTING = Policy.of(Profile.HOSTING);
    private static final Policy STRICT = Policy.of(Profile.STRICT2002);

    @Test
    void logsWhatTheStagedPolicyWouldRefuse() {
        Observation observation = observe(HOSTING, STRICT);
        assertThat(observation.watched()).contains("ptrace", "sysinfo");
        assertThat(observation.policy().profile()).isEqualTo(Profile.HOSTING);
        assertThat(observation.policy().overrides())
                .extracting(PolicyOverride::call)
                .containsExactlyElementsOf(observation.watched());
        assertThat(observation.policy().overrides()).allSatisfy(override -> {
            assertThat(override.decision()).isEqualTo(new OverrideDecision.Log());
            assertThat(override.until()).contains(TOMORROW);
            assertThat(override.reason()).startsWith("Observed; a staged policy says: ");
        });
    }

    /** Whatever the arguments: what is observed is neither narrower nor wider than what it was before. */
    @Test
    void letsPassExactlyWhatPassedBefore() {
        Policy staged = new Policy(
                Profile.STRICT2002,
                List.of(
                        override("read", new OverrideDecision.Kill()),
                        override("init_module", new OverrideDecision.Kill())));
        Policy observing = observe(HOSTING, staged).policy();
        for (Syscall call : SyscallTable.linux().all()) {
            Ruling before = HOSTING.ruling(call, NOW);
            Ruling during = observing.ruling(call, NOW);
            for (long[] arguments : RulePoints.of(before, during)) {
                assertThat(during.verdict(arguments).passes())
                        .as("%s", call.name())
                        .isEqualTo(before.verdict(arguments).passes());
            }
        }
    }

    @Test
    void leavesNothingOutWithoutSayingSo() {
        Observation observation = observe(HOSTING, STRICT);
        for (RowChange change : PolicyDiff.between(HOSTING, STRICT, NOW)) {
            boolean said = observation.watched().contains(change.call().name())
                    || observation.unwatched().stream()
                            .anyMatch(u -> u.call().equals(change.call().name()));
            assertThat(said)
                    .as("%s, %s", change.call().name(), change.direction())
                    .isEqualTo(change.direction() == RowChange.Direction.TIGHTENED
                            || change.direction() == RowChange.Direction.BOTH);
        }
    }

    @Test
    void keepsOverridesAndSaysWhichCallTheyHide() {
        Policy current = new Policy(
                Profile.HOSTING,
                List.of(
                        override("ptrace", new OverrideDecision.Allow()),
                        override("userfaultfd", new OverrideDecision.Allow())));
        Observation observation = observe(current, STRICT);
        assertThat(observation.policy().overrides()).containsAll(current.overrides());
        assertThat(observation.watched()).doesNotContain("ptrace", "userfaultfd");
        assertThat(observation.unwatched())
                .contains(new Observation.Unwatched("ptrace", "It has an override of its own."));
    }

    @Test
    void prolongsWhatIsObservedAlready() {
        Observation first = observe(HOSTING, STRICT);
        Observation again = Observation.of(first.policy(), STRICT, "ada", NOW, TOMORROW.plus(Duration.ofDays(1)));
        assertThat(again.watched()).containsExactlyElementsOf(first.watched());
        assertThat(again.policy().overrides())
                .allSatisfy(override -> assertThat(override.until()).contains(TOMORROW.plus(Duration.ofDays(1))));
    }

    @Test
    void hasNothingToLogWhereNothingGetsTighter() {
        assertThat(observe(STRICT, HOSTING).watched()).isEmpty();
        assertThat(observe(HOSTING, HOSTING).policy()).isEqualTo(HOSTING);
    }

    private static Observation observe(Policy current, Policy staged) {
        return Observation.of(current, staged, "ada", NOW, TOMORROW);
    }

    private static PolicyOverride override(String call, OverrideDecision decision) {
        return new PolicyOverride(call, decision, "test", "ada", Optional.empty());
    }
}

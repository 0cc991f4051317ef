package dev.bailiwick.jail.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.RulePoints;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.syscall.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ObservedPolicyTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Instant TOMORROW = NOW.plus(Duration.ofDays(1));
    private static final Policy HOSTING = Policy.of(Profile.HOSTING);
    private static final Policy STRICT = Policy.of(Profile.STRICT2002);

    @Test
    void logsWhatTheStagedPolicyWouldRefuse() {
        ObservedPolicy observation = observe(HOSTING, STRICT);
        assertThat(observation.watched()).contains("ptrace", "sysinfo");
        assertThat(observation.policy().profile()).isEqualTo(Profile.HOSTING);
        assertThat(observation.policy().overrides())
                .extracting(PolicyOverride::call)
                .containsExactlyElementsOf(observation.watched());
        assertThat(observation.policy().overrides()).allSatisfy(override -> {
            assertThat(override.decision()).isEqualTo(OverrideDecision.parse("watch:strict2002"));
            assertThat(override.until()).contains(TOMORROW);
            assertThat(override.reason()).startsWith("A staged policy says: ");
        });
    }

    /** For each call and all arguments: a call is logged exactly if the jail would lose it, and all decisions are as before. */
    @ParameterizedTest
    @MethodSource
    void logsExactlyWhatWouldBeLost(Policy current, Policy staged) {
        Policy observing = observe(current, staged).policy();
        for (Syscall call : SyscallTable.linux().all()) {
            Ruling own = current.ruling(call, NOW);
            Ruling is = own.afterKernel(call.under(current.profile()));
            Ruling would = staged.ruling(call, NOW).afterKernel(call.under(staged.profile()));
            Ruling during = observing.ruling(call, NOW);
            for (long[] arguments : RulePoints.of(new Ruling.Watched(is, would), during)) {
                boolean lost = is.verdict(arguments).passes()
                        && !would.verdict(arguments).passes();
                assertThat(during.verdict(arguments))
                        .as("%s%s", call.name(), Arrays.toString(arguments))
                        .isEqualTo(lost ? new Verdict.Log() : own.verdict(arguments));
            }
        }
    }

    static Stream<Arguments> logsExactlyWhatWouldBeLost() {
        Policy own = new Policy(
                Profile.HOSTING,
                List.of(
                        override("ptrace", new OverrideDecision.Allow()),
                        override("socket", new OverrideDecision.Allow()),
                        override("getpid", new OverrideDecision.Log()),
                        override("uname", new OverrideDecision.Deny("EIO"))));
        Policy killing = new Policy(
                Profile.STRICT2002,
                List.of(
                        override("read", new OverrideDecision.Kill()),
                        override("socket", new OverrideDecision.Deny("EACCES")),
                        override("ioctl", new OverrideDecision.Allow()),
                        override("init_module", new OverrideDecision.Kill())));
        List<Policy> all = List.of(HOSTING, STRICT, Policy.of(Profile.SYSTEM), own, killing);
        return all.stream().flatMap(current -> all.stream().map(staged -> Arguments.of(current, staged)));
    }

    @Test
    void watchesCallsThatDependOnTheirArguments() {
        assertThat(observe(Policy.of(Profile.SYSTEM), STRICT).watched()).contains("socket", "ioctl", "personality");
    }

    @Test
    void keepsOverridesAndWatchesBesideThem() {
        Policy current = new Policy(Profile.HOSTING, List.of(override("ptrace", new OverrideDecision.Allow())));
        ObservedPolicy observation = observe(current, STRICT);
        assertThat(observation.policy().overrides()).containsAll(current.overrides());
        assertThat(observation.watched()).contains("ptrace");
        assertThat(ObservedPolicy.without(observation.policy())).isEqualTo(current);
    }

    @Test
    void prolongsWhatIsObservedAlready() {
        ObservedPolicy first = observe(HOSTING, STRICT);
        ObservedPolicy again = ObservedPolicy.of(first.policy(), STRICT, "ada", NOW, TOMORROW.plus(Duration.ofDays(1)));
        assertThat(again.watched()).containsExactlyElementsOf(first.watched());
        assertThat(again.policy().overrides())
                .allSatisfy(override -> assertThat(override.until()).contains(TOMORROW.plus(Duration.ofDays(1))));
    }

    @Test
    void hasNothingToLogWhereNothingGetsTighter() {
        assertThat(observe(STRICT, HOSTING).watched()).isEmpty();
        assertThat(observe(HOSTING, HOSTING).policy()).isEqualTo(HOSTING);
    }

    private static ObservedPolicy observe(Policy current, Policy staged) {
        return ObservedPolicy.of(current, staged, "ada", NOW, TOMORROW);
    }

    private static PolicyOverride override(String call, OverrideDecision decision) {
        return new PolicyOverride(call, decision, "test", "ada", Optional.empty());
    }
}

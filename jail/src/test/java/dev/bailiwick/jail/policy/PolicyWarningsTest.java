package dev.bailiwick.jail.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyWarningsTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "mount, deny:EPERM, repeats-the-profile",
        "ptrace, allow, repeats-the-profile",
        "settimeofday, allow, kernel-answers-the-same",
        "settimeofday, log, still-refused",
        "userfaultfd, allow, weakens",
        "personality, log, weakens",
    })
    void warnsOfOneThing(String call, String decision, String code) {
        assertThat(warnings(override(call, decision, Optional.empty())))
                .extracting(PolicyWarning::code)
                .containsExactly(code);
    }

    @ParameterizedTest
    @CsvSource({"ptrace, deny", "mount, kill", "mount, deny:ENOSYS", "getpid, log"})
    void hasNothingAgainstTighterOnes(String call, String decision) {
        assertThat(warnings(override(call, decision, Optional.empty()))).isEmpty();
    }

    @Test
    void saysThatTheFloorHolds() {
        assertThat(warnings(override("unshare", "allow", Optional.empty())))
                .extracting(PolicyWarning::code)
                .containsExactly("held-by-the-floor", "repeats-the-profile");
    }

    @Test
    void saysWhatAnotherProfileLoosensWithoutAnOverride() {
        Policy overridden = new Policy(
                Profile.SYSTEM,
                List.of(override("mount", "allow", Optional.empty()), override("getpid", "log", Optional.empty())));

        List<PolicyWarning> warnings = PolicyWarnings.between(Policy.of(Profile.HOSTING), overridden, NOW);

        assertThat(warnings)
                .extracting(PolicyWarning::call)
                .containsAll(PolicyDiff.weakenings(Profile.SYSTEM).stream()
                        .map(change -> change.call().name())
                        .toList());
        assertThat(warnings)
                .filteredOn(warning -> warning.code().equals("loosens"))
                .isNotEmpty()
                .extracting(PolicyWarning::call)
                .doesNotContain("mount");
        assertThat(warnings)
                .filteredOn(warning -> warning.call().equals("umount2"))
                .singleElement()
                .satisfies(warning -> assertThat(warning.text())
                        .startsWith("Without an override, umount2 was 'deny with EPERM' and is 'allow'"));
    }

    @Test
    void saysWhatIsLooserOnceAnOverrideIsGone() {
        Policy before = new Policy(Profile.HOSTING, List.of(override("ptrace", "kill", Optional.empty())));

        assertThat(PolicyWarnings.between(before, Policy.of(Profile.HOSTING), NOW))
                .singleElement()
                .satisfies(warning -> {
                    assertThat(warning.call()).isEqualTo("ptrace");
                    assertThat(warning.code()).isEqualTo("loosens");
                    assertThat(warning.changesNothing()).isFalse();
                });
        assertThat(PolicyWarnings.between(Policy.of(Profile.HOSTING), before, NOW))
                .isEmpty();
    }

    @Test
    void saysThatWatchingChangesNothing() {
        assertThat(warnings(override("read", "watch:strict2002", Optional.empty())))
                .extracting(PolicyWarning::code)
                .containsExactly("watches-nothing");
        assertThat(warnings(override("read", "watch:deny:EIO", Optional.empty())))
                .isEmpty();
    }

    @Test
    void saysThatItHasEnded() {
        List<PolicyWarning> warnings = warnings(override("mount", "allow", Optional.of(NOW)));

        assertThat(warnings).singleElement().satisfies(warning -> {
            assertThat(warning.changesNothing()).isTrue();
            assertThat(warning.text())
                    .isEqualTo("The override of mount ended at 24 November 2026, 12:00:00 UTC and does not count.");
        });
    }

    @Test
    void namesTheLayerThatStillRefuses() {
        assertThat(warnings(override("settimeofday", "allow", Optional.empty())))
                .extracting(PolicyWarning::text)
                .containsExactly("The override of settimeofday changes nothing: the kernel still answers EPERM"
                        + " (the jail's own user namespace: its capabilities mean nothing to the host).");
    }

    /** The warnings say that an override changes nothing exactly if the outcome says so. */
    @Test
    void agreesWithTheOutcomeOnEveryCall() {
        for (Profile profile : Profile.values()) {
            for (Syscall call : SyscallTable.linux().all()) {
                for (String decision : List.of("allow", "deny", "deny:ENOSYS", "log", "kill")) {
                    PolicyOverride override = override(call.name(), decision, Optional.empty());
                    if (!OverrideRules.violations(List.of(override)).isEmpty()) {
                        continue;
                    }
                    Policy policy = new Policy(profile, List.of(override));
                    assertThat(PolicyWarnings.of(policy, NOW).stream().anyMatch(PolicyWarning::changesNothing))
                            .as(profile + " " + call.name() + " " + decision)
                            .isEqualTo(Outcome.of(policy, call, NOW).overrideChangesNothing());
                }
            }
        }
    }

    private static List<PolicyWarning> warnings(PolicyOverride override) {
        return PolicyWarnings.of(new Policy(Profile.HOSTING, List.of(override)), NOW);
    }

    private static PolicyOverride override(String call, String decision, Optional<Instant> until) {
        return new PolicyOverride(call, OverrideDecision.parse(decision), "because", "ada", until);
    }
}

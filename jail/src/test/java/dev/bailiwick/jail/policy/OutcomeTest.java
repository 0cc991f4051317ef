package dev.bailiwick.jail.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.syscall.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutcomeTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void followsTheProfileWithoutAnOverride() {
        Outcome outcome = outcome("mount");

        assertThat(outcome.verdict()).isEqualTo(new Verdict.Deny(Errno.EPERM));
        assertThat(outcome.seen()).isEqualTo(new Outcome.Seen.Refusal(Errno.EPERM));
        assertThat(outcome.overrideChangesNothing()).isFalse();
        assertThat(outcome.explain()).isEqualTo("""
                mount()
                  profile hosting: deny with EPERM. A jail mounts nothing, because parsers of file systems are an attack surface of the kernel.
                  filter: deny with EPERM.
                  The process sees EPERM.
                """);
    }

    @Test
    void saysThatTheUserNamespaceStillRefuses() {
        Outcome outcome = outcome("settimeofday", override("settimeofday", "allow", Optional.empty()));

        assertThat(outcome.verdict()).isEqualTo(new Verdict.Allow());
        assertThat(outcome.seen()).isEqualTo(new Outcome.Seen.Refusal(Errno.EPERM));
        assertThat(outcome.overrideChangesNothing()).isTrue();
        assertThat(outcome.explain()).isEqualTo("""
                settimeofday()
                  profile hosting: deny with EPERM. The system clock has no namespace, and the call needs CAP_SYS_TIME in the initial user namespace.
                  override by ada: allow. because
                  filter: allow.
                  kernel: answers EPERM (the jail's own user namespace: its capabilities mean nothing to the host).
                  The process sees EPERM.
                  The override changes nothing.
                """);
    }

    @Test
    void warnsWhereNothingElseGuards() {
        Outcome outcome = outcome("userfaultfd", override("userfaultfd", "allow", Optional.empty()));

        assertThat(outcome.seen()).isEqualTo(new Outcome.Seen.Result());
        assertThat(outcome.overrideChangesNothing()).isFalse();
        assertThat(outcome.explain()).contains("kernel: carries it out, nothing else guards it.");
    }

    @Test
    void saysThatASuccessIsNone() {
        Outcome outcome = outcome("setrlimit", override("setrlimit", "allow", Optional.empty()), 4);

        assertThat(outcome.verdict()).isEqualTo(new Verdict.Ignore());
        assertThat(outcome.seen()).isEqualTo(new Outcome.Seen.Pretence());
        assertThat(outcome.overrideChangesNothing()).isTrue();
        assertThat(outcome.explain()).endsWith("""
                  override by ada: allow. because
                  floor: answer 0 without effect if the first argument (resource) is RLIMIT_CORE; otherwise allow; no override widens that.
                  filter: answer 0 without effect.
                  The process sees 0, although nothing was done.
                  The override changes nothing.
                """);
    }

    @Test
    void keepsTheFloorOfAnArgumentRow() {
        PolicyOverride allowed = override("unshare", "allow", Optional.empty());

        Outcome refused = outcome("unshare", allowed, 0x10000000L);

        assertThat(refused.seen()).isEqualTo(new Outcome.Seen.Refusal(Errno.EPERM));
        assertThat(refused.overrideChangesNothing()).isTrue();
        assertThat(refused.path()).hasAtLeastOneElementOfType(Outcome.Step.Floor.class);
        assertThat(outcome("unshare", allowed, 0x400L).seen()).isEqualTo(new Outcome.Seen.Result());
    }

    @Test
    void widensAnArgumentRowThatIsNotOnTheFloor() {
        assertThat(outcome("socket", 17).seen()).isEqualTo(new Outcome.Seen.Refusal(Errno.EAFNOSUPPORT));
        assertThat(outcome("socket", override("socket", "allow", Optional.empty()), 17)
                        .seen())
                .isEqualTo(new Outcome.Seen.Result());
    }

    @Test
    void refusesAPacketSocketInDisguise() {
        assertThat(outcome("socket", 2, 10).seen()).isEqualTo(new Outcome.Seen.Refusal(Errno.EAFNOSUPPORT));
        assertThat(outcome("socket", 2, 10 | 0x80000).seen()).isEqualTo(new Outcome.Seen.Refusal(Errno.EAFNOSUPPORT));
        assertThat(outcome("socket", 2, 1 | 0x80000).seen()).isEqualTo(new Outcome.Seen.Result());
    }

    @Test
    void leavesALapsedOverrideOut() {
        Outcome outcome = outcome("mount", override("mount", "allow", Optional.of(NOW)));

        assertThat(outcome.seen()).isEqualTo(new Outcome.Seen.Refusal(Errno.EPERM));
        assertThat(outcome.overrideChangesNothing()).isFalse();
        assertThat(outcome.explain())
                .contains("override by ada: allow, ended 23 November 2026, 12:00:00 UTC, so it does not count.");
    }

    @Test
    void countsAnOverrideUntilItsEnd() {
        Outcome outcome = outcome("getpid", override("getpid", "kill", Optional.of(NOW.plusMillis(1))));

        assertThat(outcome.seen()).isEqualTo(new Outcome.Seen.Death());
        assertThat(outcome.explain()).contains("The process sees nothing more: it is killed by SIGSYS.");
    }

    @Test
    void tellsLoggingFromMerePassing() {
        Outcome outcome = outcome("getpid", override("getpid", "log", Optional.empty()));

        assertThat(outcome.verdict()).isEqualTo(new Verdict.Log());
        assertThat(outcome.seen()).isEqualTo(new Outcome.Seen.Result());
        assertThat(outcome.overrideChangesNothing()).isFalse();
    }

    @Test
    void seesThatAnOverrideRepeatsItsRow() {
        assertThat(outcome("mount", override("mount", "deny:EPERM", Optional.empty()))
                        .overrideChangesNothing())
                .isTrue();
        assertThat(outcome("mount", override("mount", "deny:ENOSYS", Optional.empty()))
                        .overrideChangesNothing())
                .isFalse();
        assertThat(outcome("uselib", override("uselib", "allow", Optional.empty()))
                        .overrideChangesNothing())
                .isTrue();
    }

    private static PolicyOverride override(String call, String decision, Optional<Instant> until) {
        return new PolicyOverride(call, OverrideDecision.parse(decision), "because", "ada", until);
    }

    private static Outcome outcome(String call, long... arguments) {
        return Outcome.of(Policy.of(Profile.HOSTING), row(call), NOW, arguments);
    }

    private static Outcome outcome(String call, PolicyOverride override, long... arguments) {
        return Outcome.of(new Policy(Profile.HOSTING, List.of(override)), row(call), NOW, arguments);
    }

    private static Syscall row(String call) {
        return SyscallTable.linux().find(call).orElseThrow();
    }
}

package dev.bailiwick.agent.kernel.linux.denial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer;
import dev.bailiwick.jail.report.DenialAnswer.Failed;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DenialTallyTest {

    private static final JailId JAIL = new JailId(new UUID(1, 1));
    private static final JailId NEIGHBOUR = new JailId(new UUID(1, 2));
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Policy HOSTING = Policy.of(Profile.HOSTING);
    private static final int ERRNO = 0x0005_0000;
    private static final int LOG = 0x7ffc_0000;
    private static final int KILL = 0x8000_0000;

    private final DenialTally tally = new DenialTally(Architecture.X86_64);

    @Test
    void countsForEachJailAndCall() {
        count(JAIL, "init_module", ERRNO);
        count(JAIL, "init_module", ERRNO);
        count(JAIL, "io_uring_setup", ERRNO);
        count(NEIGHBOUR, "init_module", ERRNO);

        assertThat(drain(HOSTING))
                .containsExactlyInAnyOrder(
                        denial(JAIL, "init_module", new Failed(Errno.EPERM), 2),
                        denial(JAIL, "io_uring_setup", new Failed(Errno.ENOSYS), 1),
                        denial(NEIGHBOUR, "init_module", new Failed(Errno.EPERM), 1));
        assertThat(drain(HOSTING)).isEmpty();
    }

    @Test
    void hasRoomForAQuietJailBesideManyThatAreRefusedEverything() {
        List<String> calls = SyscallTable.linux().all().stream()
                .filter(call -> call.number(Architecture.X86_64).isPresent())
                .map(Syscall::name)
                .toList();
        for (int loud = 0; loud < 100_000 / 300; loud++) {
            JailId jail = new JailId(new UUID(2, loud));
            calls.forEach(call -> count(jail, call, ERRNO));
        }
        count(NEIGHBOUR, "init_module", ERRNO);
        List<Denial> denials = tally.drain(_ -> Optional.empty());
        assertThat(denials).hasSizeLessThan(140_000);
        assertThat(denials.stream().filter(denial -> denial.jail().equals(NEIGHBOUR)))
                .singleElement()
                .satisfies(denial -> assertThat(denial.atLeast()).isFalse());
        assertThat(denials)
                .as("counts of jails without room are marked as incomplete")
                .anyMatch(Denial::atLeast);
    }

    @Test
    void saysOfOneJailThatSomeWereLeftOut() {
        count(JAIL, "init_module", ERRNO);
        count(NEIGHBOUR, "init_module", ERRNO);
        tally.missedOf(JAIL);
        assertThat(drain(HOSTING))
                .allMatch(denial -> denial.atLeast() == denial.jail().equals(JAIL));
        count(JAIL, "init_module", ERRNO);
        assertThat(drain(HOSTING)).noneMatch(Denial::atLeast);
    }

    @Test
    void namesTheErrorOfCallsThatDependOnArguments() {
        count(JAIL, "reboot", ERRNO);
        assertThat(drain(HOSTING)).containsExactly(denial(JAIL, "reboot", new Failed(Errno.EINVAL), 1));
    }

    @Test
    void namesTheErrorOfAnOverride() {
        count(JAIL, "chmod", ERRNO);
        count(JAIL, "chown", LOG);
        count(JAIL, "ptrace", KILL);
        Policy policy = new Policy(
                Profile.HOSTING,
                List.of(
                        override("chmod", new OverrideDecision.Deny("EACCES")),
                        override("chown", new OverrideDecision.Log()),
                        override("ptrace", new OverrideDecision.Kill())));
        assertThat(drain(policy))
                .containsExactlyInAnyOrder(
                        denial(JAIL, "chmod", new Failed(Errno.EACCES), 1),
                        denial(JAIL, "chown", new DenialAnswer.Logged(), 1),
                        denial(JAIL, "ptrace", new DenialAnswer.Killed(), 1));
    }

    @Test
    void leavesOutWhatAProcessForbadeItself() {
        count(JAIL, "getpid", ERRNO);
        count(JAIL, "getpid", KILL);
        count(JAIL, "getpid", 0x0003_0000); // SECCOMP_RET_TRAP
        count(JAIL, "init_module", KILL);
        assertThat(drain(HOSTING)).isEmpty();
    }

    @Test
    void saysErrorWhereThePolicyIsNotKnown() {
        count(JAIL, "getpid", ERRNO);
        assertThat(tally.drain(_ -> Optional.empty()))
                .containsExactly(denial(JAIL, "getpid", new DenialAnswer.FailedSomehow(), 1));
    }

    @Test
    void keepsFewRowsWhateverNumbersAJailMakesUp() {
        int native64 = Architecture.X86_64.auditValue();
        for (int number = 0; number < 200_000; number++) {
            tally.count(JAIL, new AuditRecord(0, native64, 1_000 + number, ERRNO), NOON);
            tally.count(JAIL, new AuditRecord(0, native64, 0x4000_0000L + number, ERRNO), NOON);
            tally.count(JAIL, new AuditRecord(0, 0x4000_0003, number, ERRNO), NOON);
        }
        tally.count(JAIL, new AuditRecord(0, native64, -1, ERRNO), NOON);
        assertThat(drain(HOSTING))
                .containsExactlyInAnyOrder(
                        denial(JAIL, Denial.UNKNOWN, new Failed(Errno.ENOSYS), 200_001),
                        denial(JAIL, Denial.X32, new Failed(Errno.ENOSYS), 200_000),
                        denial(JAIL, Denial.FOREIGN, new Failed(Errno.ENOSYS), 200_000));
    }

    @Test
    void saysAtLeastUntilDrainedWhereRecordsWereMissed() {
        count(JAIL, "init_module", ERRNO);
        tally.missed();
        assertThat(drain(HOSTING))
                .singleElement()
                .satisfies(d -> assertThat(d.atLeast()).isTrue());
        count(JAIL, "init_module", ERRNO);
        assertThat(drain(HOSTING))
                .singleElement()
                .satisfies(d -> assertThat(d.atLeast()).isFalse());
    }

    private void count(JailId jail, String call, int action) {
        int number = SyscallTable.linux()
                .find(call)
                .orElseThrow()
                .number(Architecture.X86_64)
                .orElseThrow();
        tally.count(jail, new AuditRecord(0, Architecture.X86_64.auditValue(), number, action), NOON);
    }

    private List<Denial> drain(Policy policy) {
        return tally.drain(_ -> Optional.of(policy));
    }

    private static Denial denial(JailId jail, String call, DenialAnswer answer, long count) {
        return new Denial(jail, call, answer, count, false, NOON);
    }

    private static PolicyOverride override(String call, OverrideDecision decision) {
        return new PolicyOverride(call, decision, "test", "ada", Optional.empty());
    }
}

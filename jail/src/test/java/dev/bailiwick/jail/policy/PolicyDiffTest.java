package dev.bailiwick.jail.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.bailiwick.jail.policy.RowChange.Direction;
import dev.bailiwick.jail.syscall.ArgumentRule;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.syscall.Verdict;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyDiffTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "userfaultfd, allow, LOOSENED",
        "mount, allow, UNNOTICED",
        "getpid, deny, TIGHTENED",
        "getpid, kill, TIGHTENED",
        "mount, kill, TIGHTENED",
        "mount, deny:ENOSYS, OTHERWISE",
        "getpid, log, OTHERWISE",
        "socket, allow, LOOSENED",
        "socket, deny:EPERM, TIGHTENED",
        "settimeofday, allow, UNNOTICED",
        "settimeofday, log, OTHERWISE",
    })
    void saysWhichWayAnOverrideGoes(String call, String decision, Direction direction) {
        List<RowChange> changes =
                PolicyDiff.between(Policy.of(Profile.HOSTING), hosting(override(call, decision)), NOW);

        assertThat(changes)
                .extracting(change -> change.call().name(), RowChange::direction, RowChange::reason)
                .containsExactly(tuple(call, direction, "because"));
    }

    @Test
    void findsNothingWhereAnOverrideRepeatsItsRow() {
        Policy repeating = hosting(override("mount", "deny:EPERM"), override("unshare", "allow"));

        assertThat(PolicyDiff.between(Policy.of(Profile.HOSTING), repeating, NOW))
                .isEmpty();
    }

    @Test
    void leavesOutWhatHasEnded() {
        PolicyOverride ended =
                new PolicyOverride("mount", new OverrideDecision.Allow(), "because", "ada", Optional.of(NOW));

        assertThat(PolicyDiff.between(Policy.of(Profile.HOSTING), hosting(ended), NOW))
                .isEmpty();
    }

    @Test
    void turnsRoundWithItsPolicies() {
        List<RowChange> there = PolicyDiff.between(Policy.of(Profile.HOSTING), Policy.of(Profile.STRICT2002), NOW);
        List<RowChange> back = PolicyDiff.between(Policy.of(Profile.STRICT2002), Policy.of(Profile.HOSTING), NOW);

        assertThat(there).isNotEmpty().noneMatch(change -> change.direction() == Direction.LOOSENED);
        assertThat(back).hasSameSizeAs(there).noneMatch(change -> change.direction() == Direction.TIGHTENED);
        assertThat(there).allSatisfy(change -> assertThat(change.reason()).isNotBlank());
    }

    @Test
    void findsBothWhereARuleMoves() {
        Syscall call = SyscallTable.linux().named("personality");
        Ruling one = rule("low32(arg0)==1");
        Ruling other = rule("arg1==1");

        assertThat(RowChange.direction(call, one, other)).isEqualTo(Direction.BOTH);
        assertThat(RowChange.direction(call, one, one)).isEqualTo(Direction.UNNOTICED);
        assertThat(RowChange.direction(call, one, rule("low32(arg0) in {1,2}"))).isEqualTo(Direction.LOOSENED);
    }

    private static Ruling rule(String condition) {
        return new Ruling.ByArguments(
                ArgumentRule.parse(condition), new Verdict.Allow(), new Verdict.Deny(Errno.EPERM));
    }

    private static Policy hosting(PolicyOverride... overrides) {
        return new Policy(Profile.HOSTING, Arrays.asList(overrides));
    }

    private static PolicyOverride override(String call, String decision) {
        return new PolicyOverride(call, OverrideDecision.parse(decision), "because", "ada", Optional.empty());
    }
}

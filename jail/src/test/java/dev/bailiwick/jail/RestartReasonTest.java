package dev.bailiwick.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.RunDirectories;
import dev.bailiwick.jail.process.RunDirectory;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.syscall.Profile;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RestartReasonTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void restartsForAnotherFilterOnly() {
        Policy plain = Policy.of(Profile.HOSTING);

        assertThat(RestartReason.sameFilter(plain, hosting("ptrace", "deny", "because", Optional.empty()), NOW))
                .isFalse();
        assertThat(RestartReason.sameFilter(plain, Policy.of(Profile.STRICT2002), NOW))
                .isFalse();
        assertThat(RestartReason.sameFilter(plain, hosting("mount", "deny:EPERM", "because", Optional.empty()), NOW))
                .as("repeats its row")
                .isTrue();
        assertThat(RestartReason.sameFilter(plain, hosting("ptrace", "deny", "because", Optional.of(NOW)), NOW))
                .as("has ended")
                .isTrue();
        assertThat(RestartReason.sameFilter(
                        hosting("ptrace", "deny", "because", Optional.empty()),
                        hosting("ptrace", "deny", "another reason", Optional.of(NOW.plusSeconds(60))),
                        NOW))
                .isTrue();
    }

    @Test
    void namesEachPartThatDiffers() {
        JailDefinition one = definition("one.example.org", Policy.of(Profile.HOSTING));
        JailDefinition other = definition("two.example.org", Policy.of(Profile.STRICT2002));

        assertThat(RestartReason.between(one, other, NOW))
                .containsExactly(RestartReason.HOSTNAME, RestartReason.POLICY);
        assertThat(RestartReason.between(one, one.withIncarnation(1), NOW)).containsExactly(RestartReason.INCARNATION);
        Execution execution = Execution.PLAIN
                .with(CommandUser.parse("33:33"))
                .with(new WorkingDirectory("/srv"))
                .with(new RunDirectories(List.of(RunDirectory.parse("/run/php - 0755"))))
                .with(FirstProcess.INIT);
        assertThat(RestartReason.between(one, one.with(execution), NOW))
                .containsExactly(
                        RestartReason.USER,
                        RestartReason.WORKING_DIRECTORY,
                        RestartReason.RUN_DIRECTORIES,
                        RestartReason.INIT);
        assertThat(RestartReason.between(one, one.with(new Labels(Map.of("team", "web"))), NOW))
                .isEmpty();
        assertThat(RestartReason.between(one, one.with(new StopMethod(StopSignal.INT, 60)), NOW))
                .isEmpty();
        Limits limits = new Limits(OptionalLong.of(1L << 30), OptionalInt.of(64), OptionalInt.of(500))
                .with(Limit.SHM, 1L << 30);
        assertThat(RestartReason.between(one, one.with(limits), NOW)).isEmpty();
        Limits files = limits.with(Limit.FILES, 4_096);
        assertThat(RestartReason.between(one, one.with(files), NOW)).containsExactly(RestartReason.LIMITS);
        JailDefinition system = definition("one.example.org", Policy.of(Profile.SYSTEM));
        assertThat(RestartReason.between(system, system.with(limits), NOW)).containsExactly(RestartReason.LIMITS);
        RestartPolicy never = new RestartPolicy(RestartPolicy.Mode.NEVER, OptionalInt.empty());
        assertThat(RestartReason.between(one, one.with(never), NOW)).isEmpty();
        assertThat(RestartReason.between(one, one.withWanted(WantedState.STOPPED), NOW))
                .isEmpty();
    }

    private static JailDefinition definition(String hostname, Policy policy) {
        return new JailDefinition(
                new JailName("web"),
                new Hostname(hostname),
                new RootPath("/jails/web"),
                new Base.Thin(),
                IpAddresses.of("198.18.0.5"),
                policy,
                Command.of("/sbin/init"),
                Limits.NONE,
                WantedState.RUNNING);
    }

    private static Policy hosting(String call, String decision, String reason, Optional<Instant> until) {
        return new Policy(
                Profile.HOSTING,
                List.of(new PolicyOverride(call, OverrideDecision.parse(decision), reason, "ada", until)));
    }
}

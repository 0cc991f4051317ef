package dev.bailiwick.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DemandTest {

    @Test
    void namesEveryFieldThatAsksForSomething() {
        JailDefinition jail = jail(
                Policy.of(Profile.STRICT2002),
                new Limits(OptionalLong.of(64L << 20), OptionalInt.of(10), OptionalInt.of(500))
                        .with(Limit.TMP, 1L << 30));

        assertThat(Demand.of(jail))
                .containsExactly(
                        new Demand("base:template", "/base"),
                        new Demand("ip:v4", "/ip/0"),
                        new Demand("ip:v6", "/ip/1"),
                        new Demand("profile:strict2002", "/policy/profile"),
                        new Demand("limit:memory", "/limits/memory"),
                        new Demand("limit:processes", "/limits/processes"),
                        new Demand("limit:cpu", "/limits/cpuMillis"),
                        new Demand("limit:tmp", "/limits/tmp"));
    }

    @Test
    void namesAnOverrideFromTheGeneralToTheParticular() {
        JailDefinition jail = jail(policy(override("ptrace", "kill"), override("mlock", "deny:ENOSYS")), Limits.NONE);

        assertThat(Demand.of(jail).stream().filter(d -> d.pointer().startsWith("/policy/overrides")))
                .containsExactly(
                        new Demand("kill", "/policy/overrides/0/decision"),
                        new Demand("kill:ptrace", "/policy/overrides/0/decision"),
                        new Demand("deny", "/policy/overrides/1/decision"),
                        new Demand("deny:mlock", "/policy/overrides/1/decision"),
                        new Demand("deny:mlock:ENOSYS", "/policy/overrides/1/decision"),
                        new Demand("errno:ENOSYS", "/policy/overrides/1/decision"));
    }

    @Test
    void givesTheHostsReasonBesideTheFieldAndOnce() {
        JailDefinition jail = jail(policy(override("ptrace", "kill")), Limits.NONE);

        assertThat(Demand.unmet(jail, List.of("kill", "kill:ptrace", "limit:memory"), "no filter here"))
                .containsExactly(
                        new Violation("/policy/overrides/0/decision", "is not available on this host: no filter here"));
    }

    @Test
    void refusesWhatIsAskedForWithoutItsCounterpart() {
        List<String> refused = List.of("deny:semop without deny:semget");

        assertThat(Demand.unmet(jail(policy(override("semop", "deny")), Limits.NONE), refused, "one key space"))
                .hasSize(1);
        assertThat(Demand.unmet(
                        jail(policy(override("semop", "deny"), override("semget", "deny")), Limits.NONE),
                        refused,
                        "one key space"))
                .isEmpty();
    }

    private static Policy policy(PolicyOverride... overrides) {
        return new Policy(Profile.HOSTING, List.of(overrides));
    }

    private static PolicyOverride override(String call, String decision) {
        return new PolicyOverride(call, OverrideDecision.parse(decision), "a test", "anna", Optional.empty());
    }

    private static JailDefinition jail(Policy policy, Limits limits) {
        return new JailDefinition(
                new JailName("web"),
                new Hostname("web.example.org"),
                new RootPath("/jails/web"),
                new Base.Template("debian"),
                IpAddresses.of("198.18.0.5", "fdb1:1::5"),
                policy,
                Command.of("/sbin/init"),
                limits,
                WantedState.RUNNING);
    }
}

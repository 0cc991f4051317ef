package dev.bailiwick.agent.reconcile.plan;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.withHostname;
import static dev.bailiwick.agent.reconcile.Definitions.withName;
import static dev.bailiwick.agent.reconcile.Definitions.withOverride;
import static dev.bailiwick.agent.reconcile.Definitions.withPath;
import static dev.bailiwick.agent.reconcile.Definitions.withPolicy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.CpuSet;
import dev.bailiwick.jail.ExtraHosts;
import dev.bailiwick.jail.IncarnationVariable;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.RestartReason;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Console;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.RunDirectories;
import dev.bailiwick.jail.process.RunDirectory;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.process.Sysctls;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.syscall.Profile;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FingerprintTest {

    private final JailDefinition defined = definition(1);

    @Test
    void isTheSameInEveryVersion() {
        assertThat(Fingerprint.of(defined))
                .as("were this to change, an upgrade of the agent would restart every jail")
                .isEqualTo("db36d8a8f9c888785ccae8b9a0d29acc1e056c9b6012f95e7c29839b318d53dd");
    }

    @Test
    void changesWithWhatARunningJailCannotChange() {
        assertThat(Fingerprint.of(withHostname(defined, "other"))).isNotEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(withPath(defined, "/jails/other"))).isNotEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(withOverride(defined, "debugging", Optional.empty())))
                .isNotEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(defined.withIncarnation(1))).isNotEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(defined.withIncarnation(1))).isNotEqualTo(Fingerprint.of(defined.withIncarnation(2)));
    }

    @Test
    void coversThePrimaryAddressesAndNoOthers() {
        IpAddress other = IpAddress.parse("198.18.77.7");
        assertThat(Fingerprint.of(defined.with(defined.addresses().with(List.of(other)))))
                .isEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(defined.with(new IpAddresses(List.of(other)))))
                .isNotEqualTo(Fingerprint.of(defined));
    }

    /**
     * The previous agent reads the incarnation as an environment variable; jails that it has started keep running under its successor.
     */
    @Test
    void isThatOfAnAgentThatKnowsNoIncarnation() {
        Command command = defined.command();
        JailDefinition toPreviousAgent = DefinitionVariant.of(defined)
                .command(new Command(command.argv(), IncarnationVariable.addedTo(defined.withIncarnation(3))))
                .definition();

        assertThat(Fingerprint.of(toPreviousAgent)).isNotEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(toPreviousAgent)).isEqualTo(Fingerprint.of(defined.withIncarnation(3)));
        assertThat(Fingerprint.of(defined.withIncarnation(3)))
                .as("the previous agent's fingerprint of such a jail")
                .isEqualTo("48ab7c58af25e62b0421bf9abe1c7bde367ce4d951dd334edbeb0b3838a6852e");
    }

    @Test
    void ignoresWhatARunningJailDoesNotShow() {
        assertThat(Fingerprint.of(withName(defined, "other"))).isEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(defined.withWanted(WantedState.STOPPED))).isEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(defined.with(new Labels(Map.of("team", "web")))))
                .isEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(defined.with(new StopMethod(StopSignal.QUIT, 60))))
                .isEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.of(defined.with(new RestartPolicy(RestartPolicy.Mode.NEVER, OptionalInt.empty()))))
                .isEqualTo(Fingerprint.of(defined));
        Instant until = Instant.parse("2027-01-01T00:00:00Z");
        assertThat(Fingerprint.of(withOverride(defined, "debugging", Optional.empty())))
                .isEqualTo(Fingerprint.of(withOverride(defined, "another reason", Optional.of(until))));
    }

    @Test
    void aJailWithLimitsOfAnAgentThatRestartsForThemKeepsRunning() {
        JailDefinition limited =
                defined.with(new Limits(OptionalLong.of(64L << 20), OptionalInt.of(10), OptionalInt.of(500)));

        assertThat(Fingerprint.of(limited)).isEqualTo(Fingerprint.of(defined));
        assertThat(Fingerprint.withLimits(limited))
                .as("the earlier agent's fingerprint of such a jail")
                .isEqualTo("17abecca9b72cf54447c98ee46a9aab35a6c306de40ca43a21e726242af81edf");
    }

    /** The host restarts a jail exactly when the server has announced a restart. */
    @Test
    void agreesWithTheReasonsForARestart() {
        Instant now = Instant.parse("2026-11-24T12:00:00Z");
        PolicyOverride idle =
                new PolicyOverride("mount", new OverrideDecision.Deny("EPERM"), "again", "ada", Optional.empty());
        List<JailDefinition> definitions = List.of(
                defined,
                withHostname(defined, "other"),
                withPath(defined, "/jails/other"),
                withName(defined, "other"),
                defined.withIncarnation(1),
                defined.with(Execution.PLAIN.with(CommandUser.parse("www-data"))),
                defined.with(Execution.PLAIN.with(CommandUser.parse("33:33"))),
                defined.with(Execution.PLAIN.with(new WorkingDirectory("/srv"))),
                defined.with(Execution.PLAIN.with(new RunDirectories(List.of(RunDirectory.parse("/run/php - 0755"))))),
                defined.with(Execution.PLAIN.with(FirstProcess.INIT)),
                defined.with(Execution.PLAIN.with(Privileges.SETUID)),
                defined.with(Execution.PLAIN.with(Console.TTY)),
                defined.with(Execution.PLAIN.with(new Sysctls(new TreeMap<>(Map.of("net.core.somaxconn", "9"))))),
                defined.with(named(List.of("203.0.113.53"), List.of(), Map.of())),
                defined.with(named(List.of(), List.of("example.org"), Map.of())),
                defined.with(named(List.of(), List.of(), Map.of("db", "198.18.0.7"))),
                defined.with(named(List.of(), List.of(), Map.of("db", "198.18.0.8"))),
                defined.with(new Limits(OptionalLong.of(1L << 30), OptionalInt.of(64), OptionalInt.of(500))),
                defined.with(Limits.NONE.with(Limit.SHM, 1L << 30)),
                defined.with(Limits.NONE.with(Limit.FILES, 4_096)),
                defined.with(Limits.NONE.with(new CpuSet("0"))),
                withPolicy(defined, Policy.of(Profile.SYSTEM)),
                withPolicy(defined, Policy.of(Profile.SYSTEM)).with(Limits.NONE.with(Limit.SHM, 1L << 30)),
                withOverride(defined, "debugging", Optional.empty()),
                withOverride(defined, "debugging", Optional.of(now.plusSeconds(1))),
                withOverride(defined, "debugging", Optional.of(now)),
                withPolicy(defined, Policy.of(Profile.STRICT2002)),
                withPolicy(defined, new Policy(Profile.HOSTING, List.of(idle))));

        for (JailDefinition before : definitions) {
            for (JailDefinition after : definitions) {
                assertThat(RestartReason.between(before, after, now).isEmpty())
                        .as(before + " to " + after)
                        .isEqualTo(fingerprint(before, now).equals(fingerprint(after, now)));
            }
        }
    }

    private static NameSettings named(List<String> servers, List<String> search, Map<String, String> hosts) {
        return new NameSettings(
                new ResolverConfiguration(servers.stream().map(IpAddress::parse).toList(), search, List.of()),
                new ExtraHosts(hosts.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, host -> IpAddress.parse(host.getValue())))));
    }

    private static String fingerprint(JailDefinition definition, Instant now) {
        return Fingerprint.of(EffectiveDefinition.at(now, definition));
    }
}

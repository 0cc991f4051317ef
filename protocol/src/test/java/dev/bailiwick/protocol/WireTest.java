package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.CpuSet;
import dev.bailiwick.jail.ExtraHosts;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IncarnationVariable;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;
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
import dev.bailiwick.protocol.v1.Definition;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.Removal;
import dev.bailiwick.protocol.v1.StoredChange;
import dev.bailiwick.protocol.v1.StoredState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WireTest {

    private static final JailId ID = JailId.parse("0198f0a0-0000-7000-8000-000000000001");
    private static final JailId OTHER = JailId.parse("0198f0a0-0000-7000-8000-000000000002");

    private static final JailDefinition DEFINITION = new JailDefinition(
            new JailName("shop"),
            new Hostname("shop.example"),
            new RootPath("/var/lib/bailiwick/jails/shop"),
            new Base.Template("debian-13"),
            IpAddresses.of("198.18.0.5", "fdb1:1::5")
                    .with(List.of(IpAddress.parse("198.18.0.6"), IpAddress.parse("fdb1:1::6"))),
            new Policy(
                    Profile.STRICT2002,
                    List.of(
                            new PolicyOverride(
                                    "ptrace",
                                    new OverrideDecision.Allow(),
                                    "a debugger",
                                    "ops",
                                    Optional.of(Instant.ofEpochMilli(1_900_000_000_123L))),
                            new PolicyOverride(
                                    "mknod", new OverrideDecision.Deny("EACCES"), "why", "ops", Optional.empty()))),
            new Command(List.of("/bin/sh", "-c", "exec httpd"), Map.of("LANG", "C.UTF-8")),
            new Limits(OptionalLong.of(512L << 20), OptionalInt.of(100), OptionalInt.empty())
                    .with(Limit.SHM, 128L << 20)
                    .with(Limit.SWAP, 0)
                    .with(Limit.BANDWIDTH_OUT, 100_000_000_000L)
                    .with(new CpuSet("0-1,3")),
            WantedState.RUNNING,
            3,
            new Labels(Map.of("team", "web", "tier", "")),
            new StopMethod(StopSignal.QUIT, 90),
            Execution.PLAIN
                    .with(CommandUser.parse("www-data:33"))
                    .with(new WorkingDirectory("/srv/app"))
                    .with(new RunDirectories(
                            List.of(RunDirectory.parse("/run/a www-data 2775"), RunDirectory.parse("/run/b - 0000"))))
                    .with(FirstProcess.INIT)
                    .with(Privileges.SETUID)
                    .with(Console.TTY)
                    .with(new Sysctls(new TreeMap<>(Map.of("kernel.sem", "250 32000 32 128")))),
            new RestartPolicy(RestartPolicy.Mode.ON_FAILURE, OptionalInt.of(5)),
            new NameSettings(
                    new ResolverConfiguration(
                            List.of(IpAddress.parse("203.0.113.53"), IpAddress.parse("2001:db8::53")),
                            List.of("example.org"),
                            List.of("ndots:2")),
                    new ExtraHosts(Map.of("db.internal", IpAddress.parse("198.18.0.7")))));

    private static final JailNetwork NETWORK = new JailNetwork(
            OutgoingMail.REFUSED,
            new Firewall(List.of(new FirewallRule(
                    Direction.IN, FirewallAction.DROP, Protocol.UDP, Ports.ALL, Peer.parse("network:" + OTHER), ""))),
            new Firewall(List.of(
                    new FirewallRule(
                            Direction.IN,
                            FirewallAction.ALLOW,
                            Protocol.TCP,
                            Ports.parse("80,443,8000-8100"),
                            Peer.parse("world"),
                            ""),
                    new FirewallRule(
                            Direction.OUT,
                            FirewallAction.REJECT,
                            Protocol.ICMP,
                            Ports.ALL,
                            Peer.parse("jail:" + OTHER),
                            ""),
                    new FirewallRule(
                            Direction.IN,
                            FirewallAction.DROP,
                            Protocol.ANY,
                            Ports.ALL,
                            Peer.parse("2001:db8::/32"),
                            ""))));

    private static final DesiredState STATE = new DesiredState(
            42,
            Map.of(
                    ID,
                    new DesiredJail.Present(ID, 7, DEFINITION, "somebody", NETWORK, DesiredJail.Files.PLAIN),
                    OTHER,
                    new DesiredJail.Removed(
                            OTHER,
                            3,
                            new RootPath("/var/lib/bailiwick/jails/old"),
                            new Base.Thin(),
                            FilesFate.DELETED,
                            "somebody else",
                            new StopMethod(StopSignal.INT, 1))));

    @Test
    void desiredStateSurvivesTheRoundTrip() throws InvalidProtocolBufferException {
        byte[] bytes = Wire.toWire(STATE).toByteArray();
        assertThat(Wire.fromWire(StoredState.parseFrom(bytes))).isEqualTo(STATE);
    }

    @Test
    void changeBetweenTwoStatesSurvivesTheRoundTrip() throws InvalidProtocolBufferException {
        DesiredState later = new DesiredState(43, Map.of(ID, new DesiredJail.Present(ID, 8, DEFINITION, "somebody")));
        StateChange change = StateChange.between(STATE, later);
        assertThat(change.changed()).hasSize(1);
        assertThat(change.gone()).containsExactly(OTHER);
        assertThat(change.upon(STATE)).isEqualTo(later);
        assertThat(StateChange.between(later, STATE).upon(later)).isEqualTo(STATE);
        byte[] bytes = Wire.toWire(change).toByteArray();
        assertThat(Wire.fromWire(StoredChange.parseFrom(bytes))).isEqualTo(change);
    }

    @Test
    void noLimitsAndNoOverridesSurviveTheRoundTrip() {
        JailDefinition plain = new JailDefinition(
                DEFINITION.name(),
                DEFINITION.hostname(),
                DEFINITION.path(),
                new Base.Directory(),
                IpAddresses.of("fdb1:1::5"),
                Policy.of(Profile.HOSTING),
                Command.of("/sbin/init"),
                Limits.NONE,
                WantedState.STOPPED);
        DesiredJail.Present kept = new DesiredJail.Present(ID, 1, plain);
        assertThat(Wire.fromWire(Wire.toWire(kept))).isEqualTo(kept);
    }

    @Test
    void anAgentThatKnowsNoIncarnationHasItInTheEnvironment() {
        Intent intent = Wire.toWire(new DesiredJail.Present(ID, 7, DEFINITION));
        assertThat(intent.getDefinition().getEnvironmentMap())
                .isEqualTo(Map.of("LANG", "C.UTF-8", IncarnationVariable.NAME, "3"));
        Intent storedByPreviousAgent = intent.toBuilder()
                .setDefinition(intent.getDefinition().toBuilder().clearIncarnation())
                .build();
        assertThat(Wire.fromWire(storedByPreviousAgent)).isEqualTo(new DesiredJail.Present(ID, 7, DEFINITION));

        JailDefinition neverRestarted = DEFINITION.withIncarnation(0);
        assertThat(Wire.toWire(new DesiredJail.Present(ID, 7, neverRestarted)).getDefinition())
                .isEqualTo(intent.getDefinition().toBuilder()
                        .clearIncarnation()
                        .removeEnvironment(IncarnationVariable.NAME)
                        .build());
    }

    @Test
    void anEnvironmentWithoutRoomForTheIncarnationSurvivesTheRoundTrip() {
        Map<String, String> full = IntStream.range(0, 256)
                .boxed()
                .collect(Collectors.toMap(number -> "VARIABLE_" + number, String::valueOf));
        DesiredJail.Present kept = new DesiredJail.Present(
                ID,
                1,
                new JailDefinition(
                        DEFINITION.name(),
                        DEFINITION.hostname(),
                        DEFINITION.path(),
                        DEFINITION.base(),
                        DEFINITION.addresses(),
                        DEFINITION.policy(),
                        new Command(DEFINITION.command().argv(), full),
                        DEFINITION.limits(),
                        DEFINITION.wanted(),
                        1,
                        Labels.NONE,
                        StopMethod.DEFAULT,
                        Execution.PLAIN,
                        RestartPolicy.ALWAYS,
                        NameSettings.OF_HOST));
        Intent intent = Wire.toWire(kept);
        assertThat(intent.getDefinition().getEnvironmentMap()).hasSize(256);
        assertThat(Wire.fromWire(intent)).isEqualTo(kept);
    }

    /** So the messages for such jails are those of earlier versions, and so are the hashes of revisions. */
    @Test
    void saysNothingOfHowAJailIsStoppedByDefault() {
        Intent intent = Wire.toWire(new DesiredJail.Present(ID, 7, DEFINITION.with(StopMethod.DEFAULT)));

        assertThat(intent.getDefinition().hasStop()).isFalse();
        assertThat(Wire.fromWire(intent).definition().stop()).isEqualTo(StopMethod.DEFAULT);
    }

    @Test
    void namesTheFieldThatIsWrong() {
        refuses(d -> d.setName("No"), "name must be 1 to 63");
        refuses(d -> d.setHostname("-"), "hostname must be labels");
        refuses(d -> d.setPath("/a/../etc"), "path must not contain");
        refuses(d -> d.setBase("template:../x"), "base must name a template");
        refuses(d -> d.addAddresses("198.18.0.6"), "addresses must contain at most one");
        refuses(d -> d.clearAddresses().addAddresses("127.0.0.1"), "addresses must be a unicast");
        refuses(d -> d.clearPolicy(), "policy must be 'strict2002'");
        refuses(d -> d.getPolicyBuilder().getOverridesBuilder(0).setDecision("maybe"), "policy must be 'allow'");
        refuses(d -> d.clearArgv(), "command must start with");
        refuses(d -> d.setArgv(1, "a\0b"), "command must not contain NUL");
        refuses(d -> d.putEnvironment("A=B", "c"), "command has a variable");
        refuses(d -> d.getLimitsBuilder().setProcesses(-1), "limits must allow 1 to");
        refuses(d -> d.getLimitsBuilder().setMemoryBytes(-1), "limits must be at least");
        refuses(d -> d.putLabels("a=b", ""), "labels has a key that is not");
        refuses(d -> d.setRestartPolicy("unless-stopped"), "restart_policy must be");
        refuses(d -> d.setRestartLimit(1001), "restart_policy must be 1 to 1,000");
        refuses(d -> d.getStopBuilder().setSignal("KILL"), "stop must be one of HUP, INT, QUIT");
        refuses(d -> d.getStopBuilder().setTimeoutSeconds(3601), "stop must be 1 to 3,600 seconds");
        refuses(d -> d.setWanted(""), "wanted must be 'running'");
        refuses(
                d -> d.clearIncarnation().putEnvironment(IncarnationVariable.NAME, "x"),
                "environment has a variable BAILIWICK_INCARNATION");
    }

    private static void refuses(Consumer<Definition.Builder> change, String message) {
        Intent.Builder intent = Wire.toWire(new DesiredJail.Present(ID, 7, DEFINITION)).toBuilder();
        change.accept(intent.getDefinitionBuilder());
        assertThatThrownBy(() -> Wire.fromWire(intent.build()))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("intent of jail " + ID + ", " + message);
    }

    @Test
    void refusesIntentWithoutDefinitionOrGeneration() {
        Intent.Builder intent = Wire.toWire(new DesiredJail.Present(ID, 7, DEFINITION)).toBuilder();
        assertThatThrownBy(() -> Wire.fromWire(intent.clone().clearDefinition().build()))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("definition is missing");
        assertThatThrownBy(() -> Wire.fromWire(intent.clone().setGeneration(-1).build()))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("generation");
        assertThatThrownBy(() -> Wire.fromWire(intent.clone().setJailId("x").build()))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("jail_id is not a UUID");
    }

    @Test
    void refusesDifferencesFromWhichNobodyCanCountOn() {
        DesiredJail.Present last = new DesiredJail.Present(ID, 1L << 53, DEFINITION.withIncarnation(1L << 53));
        Difference difference = new Difference(last, new Hold(Hold.Kind.UNKNOWN, 1L << 53));
        assertThat(DifferenceWire.fromWire(DifferenceWire.toWire(difference))).isEqualTo(difference);
        List.of(
                        new Difference(last, new Hold(Hold.Kind.UNKNOWN, Long.MAX_VALUE)),
                        new Difference(
                                new DesiredJail.Present(ID, Long.MAX_VALUE, DEFINITION),
                                new Hold(Hold.Kind.UNKNOWN, 1)),
                        new Difference(
                                new DesiredJail.Present(ID, 1, DEFINITION.withIncarnation(Long.MAX_VALUE)),
                                new Hold(Hold.Kind.UNKNOWN, 1)))
                .forEach(beyond -> assertThatThrownBy(() -> DifferenceWire.fromWire(DifferenceWire.toWire(beyond)))
                        .isInstanceOf(MalformedMessage.class)
                        .hasMessageContaining("must be 0 to 2^53"));
    }

    @Test
    void refusesRemovalThatDoesNotSayWhere() {
        assertThatThrownBy(() -> Wire.fromWire(Removal.newBuilder()
                        .setJailId(ID.toString())
                        .setGeneration(1)
                        .setBase("thin")
                        .build()))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("path must be an absolute path");
    }

    @Test
    void refusesStoredStateThatHoldsOneJailTwice() {
        StoredState stored = Wire.toWire(STATE);
        StoredState twice = stored.toBuilder()
                .addRemovals(stored.getRemovals(0).toBuilder().setJailId(ID.toString()))
                .build();
        assertThatThrownBy(() -> Wire.fromWire(twice))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("twice");
    }

    @Test
    void anyDamageIsEitherHarmlessOrRefused() {
        byte[] good = Wire.toWire(STATE).toByteArray();
        Random random = new Random(20021123);
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                Wire.fromWire(StoredState.parseFrom(bad));
            } catch (InvalidProtocolBufferException | MalformedMessage refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void namesTheKindOfEachObject() {
        for (DesiredJail desired :
                STATE.objects().values().stream().map(DesiredJail.class::cast).toList()) {
            var wire = Wire.toWire((DesiredObject) desired).getObject();
            assertThat(wire.getKind()).isEqualTo("jail");
            assertThat(wire.getId()).isEqualTo(desired.id().toString());
            assertThat(wire.getGeneration()).isEqualTo(desired.generation());
            assertThat(Wire.fromWire(wire)).isEqualTo(desired);
            for (var contradicting : List.of(
                    wire.toBuilder().setKind("tide").build(),
                    wire.toBuilder().setId(UUID.randomUUID().toString()).build(),
                    wire.toBuilder().setGeneration(99).build(),
                    wire.toBuilder().clearObject().build())) {
                assertThatThrownBy(() -> Wire.fromWire(contradicting)).isInstanceOf(MalformedMessage.class);
            }
        }
    }
}

package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;
import dev.bailiwick.protocol.v1.Network;
import dev.bailiwick.protocol.v1.Networks;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.ServerMessage.MessageCase;
import dev.bailiwick.server.host.Histories.Comparison;
import dev.bailiwick.server.jail.DesiredChange;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.page.ShownJails;
import dev.bailiwick.server.network.HostPools;
import dev.bailiwick.server.notification.Notification.HostChanged;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DesiredStateSenderTest {

    private static final JailId JAIL = new JailId(new UUID(0, 1));

    private final List<ServerMessage> sent = new ArrayList<>();
    private final List<Long> asked = new ArrayList<>();
    private List<SharedNetwork> networks = List.of();
    private int wakes;
    private DesiredStates.DesiredRead next = snapshot(7);

    private final DesiredStateSender sender = new DesiredStateSender(
            new DesiredStateSender.Source() {
                @Override
                public DesiredStates.DesiredRead since(long revision) {
                    asked.add(revision);
                    return next;
                }

                @Override
                public HostPools pools() {
                    return new HostPools(
                            List.of(), List.of(), Map.of(), List.of(), ResolverConfiguration.EMPTY, Map.of());
                }

                @Override
                public List<SharedNetwork> networks() {
                    return networks;
                }
            },
            new Downstream() {
                @Override
                public boolean send(ServerMessage message) {
                    return sent.add(message);
                }

                @Override
                public boolean sendWhenReady(ServerMessage message) {
                    return sent.add(message);
                }
            },
            () -> wakes++);

    @Test
    void sendsPoolsAndASnapshotToAHostThatHasNothing() throws InterruptedException {
        sender.greeted(new Comparison.Unknown(), 3, Set.of());
        sender.send();
        assertThat(asked).containsExactly(0L);
        assertThat(kinds())
                .containsExactly(
                        MessageCase.POOLS,
                        MessageCase.NETWORKS,
                        MessageCase.SNAPSHOT_BEGIN,
                        MessageCase.REMOVAL,
                        MessageCase.COMMIT);
        assertThat(sent.getLast().getCommit().getRevision()).isEqualTo(7);
        assertThat(sent.get(2).getSnapshotBegin().getBranched()).isFalse();
    }

    @Test
    void sendsOnlyWhatIsNewToAHostThatHasTheRest() throws InterruptedException {
        next = delta(7);
        sender.greeted(new Comparison.Same(), 6, Set.of());
        sender.send();
        sender.accepted(7);
        sender.send();
        assertThat(asked).containsExactly(6L, 7L);
        assertThat(kinds())
                .containsExactly(MessageCase.POOLS, MessageCase.NETWORKS, MessageCase.REMOVAL, MessageCase.COMMIT);
    }

    @Test
    void saysOnceWhatAPartedHostHasInCommon() throws InterruptedException {
        sender.greeted(new Comparison.Diverged(4), 9, Set.of());
        sender.send();
        assertThat(sent.get(2).getSnapshotBegin().getBranched()).isTrue();
        assertThat(sent.get(2).getSnapshotBegin().getCommonRevision()).isEqualTo(4);
        sender.accepted(7);
        next = snapshot(8);
        sender.send();
        assertThat(sent.get(5).getSnapshotBegin().getBranched()).isFalse();
    }

    @Test
    void sendsObjectsOfTheKindsThatTheAgentKnows() throws InterruptedException {
        sender.greeted(new Comparison.Unknown(), 0, Set.of("jail", "tide"));
        sender.send();
        assertThat(kinds())
                .containsExactly(
                        MessageCase.POOLS,
                        MessageCase.NETWORKS,
                        MessageCase.SNAPSHOT_BEGIN,
                        MessageCase.OBJECT,
                        MessageCase.COMMIT);
        assertThat(sent.get(3).getObject().getId()).isEqualTo(JAIL.toString());
    }

    @Test
    void sendsNoObjectsOfOtherKinds() throws InterruptedException {
        sender.greeted(new Comparison.Unknown(), 0, Set.of("tide"));
        sender.send();
        assertThat(kinds())
                .containsExactly(
                        MessageCase.POOLS, MessageCase.NETWORKS, MessageCase.SNAPSHOT_BEGIN, MessageCase.COMMIT);
    }

    @Test
    void sendsOneCommitAtATime() throws InterruptedException {
        sender.greeted(new Comparison.Unknown(), 0, Set.of());
        sender.send();
        next = delta(8);
        sender.send();
        assertThat(kinds()).as("until the first commit is accepted").containsOnlyOnce(MessageCase.COMMIT);
        assertThat(wakes).isZero();
        sender.wakeIfHeldBack();
        sender.accepted(7);
        assertThat(wakes).isEqualTo(2);
        sender.send();
        assertThat(sent.getLast().getCommit().getRevision()).isEqualTo(8);
        sender.accepted(8);
        assertThat(wakes).as("nothing is held back").isEqualTo(2);
        assertThat(sender.deliveries()).hasSize(2);
    }

    @Test
    void isWokenOnceForEachRevisionAndByWhatElseChanges() throws InterruptedException {
        sender.greeted(new Comparison.Same(), 7, Set.of());
        sender.changed(7);
        assertThat(wakes).as("the host has the revision").isZero();
        sender.changed(8);
        sender.changed(8);
        assertThat(wakes).isEqualTo(1);
        sender.changed(HostChanged.ANY);
        sender.changed(HostChanged.ANY);
        assertThat(wakes).isEqualTo(3);
        next = delta(7);
        sender.send();
        sender.changed(HostChanged.ANY);
        sender.send();
        assertThat(kinds())
                .containsExactly(MessageCase.POOLS, MessageCase.NETWORKS, MessageCase.POOLS, MessageCase.NETWORKS);
    }

    @Test
    void sendsANetworkThatRulesNameBeforeTheRules() throws InterruptedException {
        sender.greeted(new Comparison.Same(), 7, Set.of("jail"));
        next = delta(7);
        sender.send();
        UUID network = UUID.randomUUID();
        networks = List.of(new SharedNetwork(network.toString(), "owner", Set.of(), Set.of()));
        next = read(new DesiredChange.Delta(8, List.of(aboutANetwork(network))));
        sender.send();
        sender.accepted(8);
        next = read(new DesiredChange.Delta(9, List.of(aboutANetwork(network))));
        sender.send();
        assertThat(kinds())
                .containsExactly(
                        MessageCase.POOLS,
                        MessageCase.NETWORKS,
                        MessageCase.NETWORKS,
                        MessageCase.OBJECT,
                        MessageCase.COMMIT,
                        MessageCase.OBJECT,
                        MessageCase.COMMIT);
        assertThat(sent.get(2).getNetworks().getNetworks(0).getId()).isEqualTo(network.toString());
    }

    private static DesiredJail aboutANetwork(UUID network) {
        FirewallRule rule = new FirewallRule(
                Direction.IN, FirewallAction.DROP, Protocol.ANY, Ports.ALL, new Peer.Members(network), "");
        return new DesiredJail.Present(
                JAIL,
                1,
                ShownJails.definition(),
                "owner",
                new JailNetwork(OutgoingMail.BY_POOL, new Firewall(List.of(rule)), Firewall.OPEN),
                DesiredJail.Files.PLAIN);
    }

    @Test
    void asksToLetGoOfEachJailOnce() throws InterruptedException {
        next = letGo(JAIL);
        sender.greeted(new Comparison.Same(), 7, Set.of());
        sender.send();
        sender.send();
        next = letGo();
        sender.send();
        next = letGo(JAIL);
        sender.send();
        assertThat(kinds())
                .containsExactly(MessageCase.POOLS, MessageCase.NETWORKS, MessageCase.LET_GO, MessageCase.LET_GO);
    }

    /** One message would be larger than an agent accepts, if there are many. */
    @Test
    void sendsManyNetworksInSeveralMessages() throws InterruptedException {
        networks = IntStream.range(0, 100)
                .mapToObj(number -> new SharedNetwork(
                        "network-" + number,
                        "owner",
                        Set.of(JAIL),
                        IntStream.range(0, 100)
                                .mapToObj(address -> IpAddress.parse("198.18." + number + "." + address))
                                .collect(Collectors.toSet())))
                .toList();
        sender.greeted(new Comparison.Unknown(), 0, Set.of());
        sender.send();
        List<Networks> messages = sent.stream()
                .filter(ServerMessage::hasNetworks)
                .map(ServerMessage::getNetworks)
                .toList();
        assertThat(messages)
                .hasSize(6)
                .allSatisfy(message -> assertThat(message.getSerializedSize()).isLessThan(100_000));
        assertThat(messages.stream().map(Networks::getMore)).containsExactly(true, true, true, true, true, false);
        assertThat(messages.stream()
                        .flatMap(message -> message.getNetworksList().stream())
                        .map(Network::getId))
                .containsExactlyElementsOf(
                        networks.stream().map(SharedNetwork::id).toList());
    }

    private List<MessageCase> kinds() {
        return sent.stream().map(ServerMessage::getMessageCase).toList();
    }

    private static DesiredStates.DesiredRead snapshot(long revision) {
        return read(new DesiredChange.Snapshot(revision, List.of(removal())));
    }

    private static DesiredStates.DesiredRead delta(long revision) {
        return read(new DesiredChange.Delta(revision, List.of(removal())));
    }

    private static DesiredStates.DesiredRead letGo(JailId... jails) {
        return new DesiredStates.DesiredRead(
                new DesiredChange.Delta(7, List.of()), ByteString.EMPTY, List.of(jails), Instant.EPOCH);
    }

    private static DesiredStates.DesiredRead read(DesiredChange change) {
        return new DesiredStates.DesiredRead(change, ByteString.EMPTY, List.of(), Instant.EPOCH);
    }

    private static DesiredJail removal() {
        return new DesiredJail.Removed(JAIL, 1, new RootPath("/jails/a"), new Base.Thin(), DesiredJail.FilesFate.KEPT);
    }
}

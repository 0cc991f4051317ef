package dev.bailiwick.jail.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FirewallTest {

    private static final JailId FRIEND = JailId.parse("0198f0a0-0000-7000-8000-000000000001");
    private static final UUID NETWORK = UUID.fromString("0198f0a0-0000-7000-8000-000000000002");

    private static FirewallRule rule(String direction, String action, String protocol, String ports, String peer) {
        return new FirewallRule(
                Direction.parse(direction),
                FirewallAction.parse(action),
                Protocol.parse(protocol),
                Ports.parse(ports),
                Peer.parse(peer),
                "");
    }

    private static Flow flow(Direction direction, Protocol protocol, String peer, boolean inWorld, int port) {
        return new Flow(
                direction,
                protocol,
                IpAddress.parse(peer),
                peer.equals("198.18.0.7") ? Optional.of(FRIEND) : Optional.empty(),
                peer.equals("198.18.0.9") ? Set.of(NETWORK) : Set.of(),
                inWorld,
                peer.equals("203.0.113.53"),
                protocol.hasPorts() ? OptionalInt.of(port) : OptionalInt.empty());
    }

    @Test
    void theFirstRuleThatMatchesDecides() {
        Firewall firewall = new Firewall(List.of(
                rule("in", "allow", "tcp", "80,8000-8100", "world"),
                rule("in", "allow", "any", "", "jail:" + FRIEND),
                rule("in", "reject", "any", "", "203.0.113.0/24"),
                rule("in", "allow", "udp", "", "network:" + NETWORK),
                rule("in", "drop", "icmp", "", "any")));

        assertThat(firewall.deciding(flow(Direction.IN, Protocol.TCP, "203.0.113.7", true, 8050)))
                .hasValue(0);
        assertThat(firewall.deciding(flow(Direction.IN, Protocol.TCP, "203.0.113.7", true, 8101)))
                .hasValue(2);
        assertThat(firewall.deciding(flow(Direction.IN, Protocol.UDP, "203.0.113.7", true, 80)))
                .hasValue(2);
        assertThat(firewall.deciding(flow(Direction.IN, Protocol.TCP, "198.18.0.7", false, 80)))
                .hasValue(1);
        assertThat(firewall.deciding(flow(Direction.IN, Protocol.ICMP, "2001:db8::1", true, 0)))
                .hasValue(4);
        assertThat(firewall.deciding(flow(Direction.IN, Protocol.UDP, "198.18.0.9", false, 53)))
                .hasValue(3);
        assertThat(firewall.deciding(flow(Direction.IN, Protocol.UDP, "198.18.0.8", false, 53)))
                .isEmpty();
        assertThat(firewall.deciding(flow(Direction.IN, Protocol.TCP, "198.18.0.8", false, 80)))
                .isEmpty();
        assertThat(firewall.deciding(flow(Direction.OUT, Protocol.TCP, "203.0.113.7", true, 80)))
                .isEmpty();
        assertThat(Firewall.OPEN.deciding(flow(Direction.IN, Protocol.TCP, "203.0.113.7", true, 80)))
                .isEmpty();
    }

    @Test
    void questionsToGivenNameServersMeetNoRule() {
        Firewall closed =
                new Firewall(List.of(rule("out", "drop", "any", "", "any"), rule("in", "drop", "any", "", "any")));
        for (Protocol protocol : List.of(Protocol.TCP, Protocol.UDP)) {
            assertThat(closed.deciding(flow(Direction.OUT, protocol, "203.0.113.53", true, 53)))
                    .isEmpty();
            assertThat(closed.deciding(flow(Direction.OUT, protocol, "203.0.113.53", true, 54)))
                    .hasValue(0);
            assertThat(closed.deciding(flow(Direction.IN, protocol, "203.0.113.53", true, 53)))
                    .hasValue(1);
            assertThat(closed.deciding(flow(Direction.OUT, protocol, "203.0.113.54", true, 53)))
                    .hasValue(0);
        }
        assertThat(closed.deciding(flow(Direction.OUT, Protocol.ICMP, "203.0.113.53", true, 0)))
                .hasValue(0);
    }

    @Test
    void portsAreRangesThatDoNotTouch() {
        assertThat(Ports.parse("443, 80,81-90,85").toString()).isEqualTo("80-90,443");
        assertThat(Ports.parse("1-65535").contain(65_535)).isTrue();
        assertThat(Ports.parse("")).isEqualTo(Ports.ALL);
        for (String wrong : List.of("0", "65536", "90-80", "80-", "a", "80,,81", "80 81", "-1", "1-2-3")) {
            assertThatThrownBy(() -> Ports.parse(wrong)).as(wrong).isInstanceOf(InvalidValue.class);
        }
        assertThatThrownBy(() -> Ports.parse(String.join(",", Collections.nCopies(17, "80"))))
                .isInstanceOf(InvalidValue.class);
    }

    @Test
    void peersAreWrittenAsTheyAreRead() {
        for (String peer : List.of(
                "any",
                "world",
                "198.51.100.7",
                "198.51.100.0/24",
                "2001:db8::/32",
                "jail:" + FRIEND,
                "network:" + NETWORK)) {
            assertThat(Peer.parse(peer).toString()).isEqualTo(peer);
        }
        for (String wrong : List.of(
                "", "all", "198.51.100.7/24", "198.51.100", "jail:web", "jail:", "network:web", "1.2.3.4 5.6.7.8")) {
            assertThatThrownBy(() -> Peer.parse(wrong)).as(wrong).isInstanceOf(InvalidValue.class);
        }
    }

    @Test
    void onlyTcpAndUdpHavePortsAndThereIsABoundOnRules() {
        assertThatThrownBy(() -> rule("in", "drop", "icmp", "80", "any")).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> rule("in", "drop", "any", "80", "any")).isInstanceOf(InvalidValue.class);
        FirewallRule drop = rule("in", "drop", "any", "", "any");
        assertThatThrownBy(() -> Firewall.ofOne(Collections.nCopies(Firewall.MAX_RULES + 1, drop)))
                .isInstanceOf(InvalidValue.class);
    }

    @Test
    void privateNetworksAreNotTheWorld() {
        for (String address :
                List.of("10.255.0.1", "100.64.0.1", "172.31.255.1", "192.168.1.1", "fd00::1", "64:ff9b:1::1")) {
            assertThat(PrivateNetworks.contain(IpAddress.parse(address)))
                    .as(address)
                    .isTrue();
        }
        for (String address : List.of("11.0.0.1", "100.128.0.1", "172.32.0.1", "203.0.113.1", "2001:db8::1")) {
            assertThat(PrivateNetworks.contain(IpAddress.parse(address)))
                    .as(address)
                    .isFalse();
        }
    }
}

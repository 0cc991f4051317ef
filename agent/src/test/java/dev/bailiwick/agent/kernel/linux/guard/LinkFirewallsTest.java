package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.guard.LinkElements.NamedMembers;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
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
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the rules of jails need, and when. */
class LinkFirewallsTest {

    private final JailLinks links = new JailLinks();
    private final JailId first = new JailId(UUID.randomUUID());
    private final JailId second = new JailId(UUID.randomUUID());
    private final JailId third = new JailId(UUID.randomUUID());

    @BeforeEach
    void knowNothingOfTheKernel() {
        links.own(second, "b", JailNetwork.PLAIN);
        links.own(third, "a", JailNetwork.PLAIN);
        links.done(links.whole());
    }

    private static JailNetwork ruled(String peer) {
        return new JailNetwork(
                OutgoingMail.BY_POOL,
                new Firewall(List.of(new FirewallRule(
                        Direction.IN, FirewallAction.DROP, Protocol.ANY, Ports.ALL, Peer.parse(peer), ""))));
    }

    private static SharedNetwork network(UUID id, String... addresses) {
        return new SharedNetwork(
                id.toString(),
                "a",
                Set.of(),
                Stream.of(addresses).map(IpAddress::parse).collect(Collectors.toSet()));
    }

    @Test
    void whatWasSaidOfANetworkStaysWhileRulesNameIt() {
        UUID network = UUID.randomUUID();
        links.own(first, "a", ruled("network:" + network));
        links.occupy(1, first);
        assertThat(links.whole().all().named()).as("nothing was said of it").isEmpty();
        links.networks(List.of(network(network, "192.0.2.9")));
        LinkElements told = links.whole().all();
        assertThat(told.firewalls().get(1))
                .satisfies(own -> assertThat(own.networks()).containsOnlyKeys(network));
        links.networks(List.of());
        assertThat(links.whole().all()).isEqualTo(told);
        links.networks(List.of(network(network)));
        assertThat(links.whole().all().named().values()).containsExactly(NamedMembers.NONE);

        links.own(first, "a", JailNetwork.PLAIN);
        links.networks(List.of());
        links.own(first, "a", ruled("network:" + network));
        assertThat(links.whole().all().named()).as("forgotten").isEmpty();
    }

    @Test
    void aStartDoesNotWaitForWhatOthersLack() {
        links.own(first, "a", ruled("any"));
        links.occupy(1, first);
        assertThat(links.occupy(2, second)).as("it has no rules").isFalse();
        assertThat(links.occupy(3, third)).isFalse();
    }

    @Test
    void noNumberIsGivenTwice() {
        UUID network = UUID.randomUUID();
        links.networks(List.of(network(network, "192.0.2.9")));
        links.own(first, "a", ruled("network:" + network));
        links.occupy(1, first);
        assertThat(links.whole().all().named()).containsOnlyKeys(1);
        links.own(first, "a", ruled("any"));
        assertThat(links.whole().all().named()).isEmpty();
        links.own(first, "a", ruled("network:" + network));
        assertThat(links.whole().all().named()).containsOnlyKeys(2);
    }
}

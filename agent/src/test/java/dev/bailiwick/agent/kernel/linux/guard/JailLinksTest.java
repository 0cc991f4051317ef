package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.agent.kernel.linux.guard.JailLinks.Change;
import dev.bailiwick.agent.kernel.linux.guard.LinkElements.LinkFirewall;
import dev.bailiwick.agent.kernel.linux.guard.LinkElements.NamedMembers;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
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
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JailLinksTest {

    private static final Change NOTHING = part(LinkElements.NONE, LinkElements.NONE);

    private static final JailNetwork NO_MAIL = new JailNetwork(OutgoingMail.REFUSED, Firewall.OPEN);

    private static final String RULE = "in drop any any";

    private final JailLinks links = new JailLinks();
    private final JailId first = jail("a");
    private final JailId second = jail("a");
    private final JailId others = jail("b");

    @BeforeEach
    void knowNothingOfTheKernel() {
        links.done(links.whole());
    }

    @Test
    void aCustomersOnlyJailNeedsNoElement() {
        assertThat(links.occupy(1, first)).isFalse();
        assertThat(links.occupy(2, others)).isFalse();
        assertThat(links.change()).isEqualTo(NOTHING);
    }

    @Test
    void theSecondJailOfACustomerBringsBothIn() {
        links.occupy(1, first);
        links.occupy(2, others);
        links.occupy(3, second);
        Change change = links.change();
        assertThat(change).isInstanceOfSatisfying(Change.Part.class, part -> {
            assertThat(part.gone().isEmpty()).isTrue();
            assertThat(part.come().customers()).containsOnlyKeys(1, 3);
            assertThat(part.come().customers().get(1))
                    .isEqualTo(part.come().customers().get(3));
        });
        links.done(change);
        assertThat(links.change()).isEqualTo(NOTHING);
    }

    @Test
    void aJailThatStartsAgainBehindItsLinkNeedsNothing() {
        together();
        assertThat(links.occupy(1, first)).isFalse();
        assertThat(links.change()).isEqualTo(NOTHING);
    }

    @Test
    void whoTakesTheLinkOfAnotherCustomersJailWaits() {
        together();
        links.forget(first);
        assertThat(links.occupy(1, others)).isTrue();
        assertThat(links.change())
                .isInstanceOfSatisfying(
                        Change.Part.class,
                        part -> assertThat(part.gone().customers()).containsKeys(1, 2));
    }

    @Test
    void whatIsBeingAddedCountsAsAdded() {
        links.occupy(1, first);
        links.occupy(2, second);
        links.change();
        links.forget(first);
        assertThat(links.occupy(1, others)).isTrue();
    }

    @Test
    void afterAFailureTheKernelMayHoldAnything() {
        together();
        links.failed();
        assertThat(links.occupy(3, others)).isTrue();
        assertThat(links.change()).isInstanceOf(Change.Whole.class);
    }

    @Test
    void whoseJailNobodyKnowsIsOfNoCustomer() {
        JailId one = jail("");
        JailId two = jail("");
        links.occupy(1, one);
        links.occupy(2, two);
        assertThat(links.change()).isEqualTo(NOTHING);
    }

    @Test
    void onlyLinksWhosePlansAndPoolsAllowItSendMail() {
        links.own(others, "b", NO_MAIL);
        links.occupy(1, first);
        links.occupy(2, others);
        links.occupy(3, new JailId(UUID.randomUUID()));
        assertThat(links.change()).as("no pool allows it").isEqualTo(NOTHING);

        links.pools(new AddressPools(List.of(AddressRange.parse("172.23.0.0/16")), List.of()));
        Change change = links.change();
        assertThat(change).isEqualTo(part(LinkElements.NONE, sendsMail(1)));
        links.done(change);
        links.own(first, "a", NO_MAIL);
        assertThat(links.change()).isEqualTo(part(sendsMail(1), LinkElements.NONE));
    }

    @Test
    void whoTakesTheLinkOfAJailThatSentMailWaits() {
        AddressRange pool = AddressRange.parse("172.23.0.0/16");
        links.pools(new AddressPools(
                List.of(pool), List.of(), Map.of(pool, Egress.OPEN), List.of(), ResolverDefaults.NONE));
        links.own(others, "b", NO_MAIL);
        assertThat(links.occupy(1, first)).isFalse();
        links.change();
        links.forget(first);
        assertThat(links.occupy(1, others)).isTrue();
        assertThat(links.occupy(1, second)).isFalse();
    }

    @Test
    void aJailWithRulesWaitsUntilItsLinkHasThemAndOneWithoutDoesNot() {
        links.own(first, "a", with(RULE));
        assertThat(links.occupy(2, others)).isFalse();
        assertThat(links.occupy(1, first)).isTrue();
        links.done(links.change());
        assertThat(links.occupy(1, first)).as("it starts again").isFalse();
        links.forget(first);
        assertThat(links.occupy(1, others)).as("another takes its link").isTrue();
        assertThat(links.change())
                .isInstanceOfSatisfying(
                        Change.Part.class,
                        part -> assertThat(part.gone().firewalls()).containsOnlyKeys(1));
    }

    @Test
    void whoTakesTheLinkThatAJailHadBeforeLeavesItItsRules() {
        links.own(first, "a", with(RULE));
        links.occupy(1, first);
        links.occupy(2, first);
        links.occupy(1, others);
        assertThat(links.whole().all().firewalls()).containsOnlyKeys(2);
    }

    @Test
    void whoTakesTheLinkOfAJailThatRulesNameWaits() {
        links.own(first, "a", with("in allow any jail:" + second));
        links.occupy(2, second);
        links.occupy(1, first);
        Change change = links.change();
        assertThat(change)
                .isInstanceOfSatisfying(
                        Change.Part.class,
                        part -> assertThat(peersOfFirst(part)).isEqualTo(Map.of(second, 2)));
        links.done(change);
        links.forget(second);
        assertThat(links.occupy(2, jail("a"))).isTrue();
        assertThat(links.change())
                .isInstanceOfSatisfying(
                        Change.Part.class,
                        part -> assertThat(peersOfFirst(part)).isEmpty());
    }

    @Test
    void whoTakesTheLinkOfAMemberThatRulesNameWaitsAndItsRulesStay() {
        UUID network = UUID.randomUUID();
        links.networks(List.of(network(network.toString(), "a", Set.of(second), "192.0.2.9")));
        links.own(first, "a", with("in allow any network:" + network));
        links.occupy(1, first);
        links.done(links.change());
        assertThat(links.occupy(2, second)).isTrue();
        Change change = links.change();
        assertThat(change).isInstanceOfSatisfying(Change.Part.class, part -> {
            assertThat(part.come().firewalls()).isEmpty();
            assertThat(part.come().named().values())
                    .containsExactly(new NamedMembers(Set.of(2), Set.of(IpAddress.parse("192.0.2.9"))));
        });
        links.done(change);
        assertThat(links.occupy(3, others)).as("it is no member").isFalse();

        links.own(second, "b", JailNetwork.PLAIN);
        assertThat(links.whole().all().named().values())
                .containsExactly(new NamedMembers(Set.of(), Set.of(IpAddress.parse("192.0.2.9"))));
        links.own(first, "b", with("in allow any network:" + network));
        assertThat(links.whole().all().named().values())
                .as("a network of another customer")
                .containsExactly(NamedMembers.NONE);
    }

    @Test
    void linksWithInheritedRulesAreClosedUntilTheirJailsAreKnown() {
        links.inherit(Set.of(1, 2, 4));
        JailId unknown = new JailId(UUID.randomUUID());
        links.occupy(1, first);
        links.occupy(2, unknown);
        links.occupy(3, others);
        assertThat(links.whole().all().firewalls()).isEqualTo(Map.of(2, LinkFirewall.CLOSED, 4, LinkFirewall.CLOSED));
        links.own(unknown, "a", with(RULE));
        assertThat(links.whole().all().firewalls().get(2)).isNotEqualTo(LinkFirewall.CLOSED);
        links.forget(unknown);
        links.done(links.whole());
        links.forget(first);
        assertThat(links.occupy(2, second)).as("nobody's rules wait for it").isFalse();
        assertThat(links.occupy(4, jail("c")))
                .as("the next jail behind it is known")
                .isTrue();
    }

    private static Map<JailId, Integer> peersOfFirst(Change.Part part) {
        return Objects.requireNonNull(part.come().firewalls().get(1)).peers();
    }

    private static JailNetwork with(String rule) {
        String[] words = rule.split(" ", -1);
        return new JailNetwork(
                OutgoingMail.BY_POOL,
                new Firewall(List.of(new FirewallRule(
                        Direction.parse(words[0]),
                        FirewallAction.parse(words[1]),
                        Protocol.parse(words[2]),
                        Ports.ALL,
                        Peer.parse(words[3]),
                        ""))));
    }

    @Test
    void theMembersOfANetworkReachEachOtherAndNobodyElse() {
        JailId alone = jail("a");
        links.networks(List.of(network("n", "a", Set.of(first, second))));
        links.occupy(1, first);
        links.occupy(2, second);
        links.occupy(3, alone);
        assertThat(links.change()).isInstanceOfSatisfying(Change.Part.class, part -> {
            assertThat(part.come().customers()).isEmpty();
            assertThat(part.come().networks()).containsOnlyKeys(1, 2);
            assertThat(part.come().numbersOf(1)).isEqualTo(part.come().numbersOf(2));
        });
    }

    @Test
    void aNetworkOfAnotherCustomerHasNoMembers() {
        links.networks(List.of(network("n", "b", Set.of(first, second), "192.0.2.9")));
        together();
        assertThat(links.whole().all().networks()).isEmpty();
        assertThat(links.whole().all().remotes()).isEmpty();
        assertThat(links.whole().all().customers()).containsOnlyKeys(1, 2);
    }

    @Test
    void onlyRunningMembersNeedTheAddressesOfOtherHosts() {
        links.networks(
                List.of(network("n", "a", Set.of(first), "192.0.2.9"), network("m", "a", Set.of(second), "192.0.2.8")));
        links.occupy(1, first);
        LinkElements all = links.whole().all();
        assertThat(all.remotes()).containsOnlyKeys(IpAddress.parse("192.0.2.9"));
        assertThat(all.remotes().get(IpAddress.parse("192.0.2.9"))).isEqualTo(all.numbersOf(1));
    }

    @Test
    void whoTakesTheLinkOfAMemberWaits() {
        links.networks(List.of(network("n", "a", Set.of(first), "192.0.2.9")));
        links.occupy(1, first);
        links.done(links.change());
        links.forget(first);
        assertThat(links.occupy(1, second))
                .as("of the same customer, in no network")
                .isTrue();
        links.networks(List.of(network("n", "a", Set.of(second), "192.0.2.9")));
        assertThat(links.occupy(1, second)).isFalse();
    }

    private static SharedNetwork network(String id, String owner, Set<JailId> jails, String... addresses) {
        return new SharedNetwork(
                id, owner, jails, Stream.of(addresses).map(IpAddress::parse).collect(Collectors.toSet()));
    }

    @Test
    void aJailWithALimitOfConnectionsWaitsUntilTheTableHasIt() {
        links.limit(first, OptionalLong.of(100), OptionalLong.empty());
        assertThat(links.occupy(1, first)).isTrue();
        assertThat(links.occupy(2, others)).isFalse();
        Change change = links.change();
        assertThat(change)
                .isEqualTo(new Change.Part(LinkElements.NONE, limited(100), Set.of(), Set.of(), Set.of(100), false));
        links.done(change);
        assertThat(links.occupy(1, first)).as("again").isFalse();

        links.limit(first, OptionalLong.of(200), OptionalLong.empty());
        assertThat(links.change())
                .isEqualTo(new Change.Part(limited(100), limited(200), Set.of(), Set.of(100), Set.of(200), false));
    }

    @Test
    void aJailBehindALinkWithAnotherRateWaitsUntilTheTableHasItsOwn() {
        links.limit(first, OptionalLong.empty(), OptionalLong.of(64_000));
        assertThat(links.occupy(1, first)).isTrue();
        links.done(links.change());
        assertThat(links.occupy(1, first)).as("again").isFalse();

        links.forget(first);
        Change last = links.change();
        assertThat(last)
                .isInstanceOfSatisfying(
                        Change.Part.class, part -> assertThat(part.isLastRate()).isTrue());
        links.done(last);
        assertThat(links.occupy(1, second)).as("once the jail before is gone").isFalse();
        links.limit(second, OptionalLong.empty(), OptionalLong.of(128_000));
        assertThat(links.change()).isInstanceOfSatisfying(Change.Part.class, part -> {
            assertThat(part.come().rates()).isEqualTo(Map.of(1, 128_000L));
            assertThat(part.gone().rates()).isEmpty();
            assertThat(part.isLastRate()).isFalse();
        });
    }

    @Test
    void whatWasCountedForALinkIsForgottenOnceItsJailIsGone() {
        links.limit(first, OptionalLong.of(100), OptionalLong.empty());
        links.occupy(1, first);
        links.done(links.change());

        links.forget(first);
        Change change = links.change();
        assertThat(change)
                .isEqualTo(new Change.Part(limited(100), LinkElements.NONE, Set.of(1), Set.of(100), Set.of(), false));
        assertThat(links.change()).as("until it is done").isEqualTo(change);
        links.done(change);
        assertThat(links.change()).isEqualTo(NOTHING);
    }

    /** What a jail does meanwhile is for the next change: one that is not in this change must not lose its set of connections by it. */
    @Test
    void theLimitsOfAChangeAreThoseOfItsMoment() {
        links.limit(first, OptionalLong.of(100), OptionalLong.empty());
        links.occupy(1, first);
        links.done(links.change());
        links.limit(second, OptionalLong.of(200), OptionalLong.empty());
        links.occupy(2, second);
        assertThat(links.change()).isInstanceOfSatisfying(Change.Part.class, part -> {
            links.forget(first);
            assertThat(part.counted()).containsExactly(100);
            assertThat(part.used()).containsExactlyInAnyOrder(100, 200);
        });
    }

    private static Change.Part part(LinkElements gone, LinkElements come) {
        return new Change.Part(gone, come, Set.of(), Set.of(), Set.of(), false);
    }

    private static LinkElements limited(int connections) {
        return new LinkElements(
                Map.of(), Map.of(), Set.of(), Map.of(), Map.of(), Map.of(), Map.of(1, connections), Map.of());
    }

    private static LinkElements sendsMail(int link) {
        return new LinkElements(Map.of(), Map.of(), Set.of(link), Map.of(), Map.of());
    }

    private void together() {
        links.occupy(1, first);
        links.occupy(2, second);
        links.done(links.change());
    }

    private JailId jail(String owner) {
        JailId id = new JailId(UUID.randomUUID());
        links.own(id, owner, JailNetwork.PLAIN);
        return id;
    }
}

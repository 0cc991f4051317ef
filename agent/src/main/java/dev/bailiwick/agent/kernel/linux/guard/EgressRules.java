package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.ACCEPT;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.MASQUERADE;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.RETURN;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.differs;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.equal;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.goTo;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.jump;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.meta;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.payload;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.prefix;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.set;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.Egress.Way;
import dev.bailiwick.jail.firewall.PrivateNetworks;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The rules for packets between jails and what is beyond their host. They name pools, never jails, so their number does not depend on how
 * many jails there are.
 *
 * <p>INVARIANT: whatever no rule knows is refused: an address that is in no pool of this host, and a packet of which the kernel tracks no
 * connection where the direction of its connection decides.
 */
record EgressRules(GuardTable table, HostNetwork around) {

    private static final String IS_TCP = equal(meta("l4proto"), Integer.toString(GuardTable.TCP));
    private static final String IS_TO_SMTP = equal(payload("th", "dport"), "25");
    /**
     * The chains of packets of connections that a jail has opened to an address of a pool, which is not its host's: by now it reaches only
     * name servers there, and the members of its networks, whose packets other rules have accepted before.
     */
    static final String STRANGERS = "strangers";

    static final String FROM_STRANGERS = "from_strangers";

    static final String DIRECTION = "{\"ct\":{\"key\":\"direction\"}}";

    private enum Family {
        V4("ip", "2"),
        V6("ip6", "10");

        private final String protocol;
        private final String number;

        Family(String protocol, String number) {
            this.protocol = protocol;
            this.number = number;
        }

        boolean has(AddressRange range) {
            return range.network().isV4() == (this == V4);
        }

        private String is() {
            return equal(meta("nfproto"), number);
        }

        private String address(String field) {
            return payload(protocol, field);
        }
    }

    List<String> all() {
        List<String> rules = new ArrayList<>();
        // These come before replies, so that older connections end when a pool is closed.
        for (Family family : Family.values()) {
            addPoolsThatSend(family, rules);
        }
        if (around.pools().sendMail()) {
            rules.add(table.rule(
                    "onward",
                    IS_TCP,
                    IS_TO_SMTP,
                    differs(meta("iif"), "\"@" + GuardTable.MAILERS + "\""),
                    jump("mail")));
        }
        for (Family family : Family.values()) {
            addStrangers(family, rules);
        }
        rules.add(table.rule("onward", GuardTable.isReply(), ACCEPT));
        rules.add(table.rule("onward", jump("limit")));
        if (!around.forwardsV4()) {
            rules.add(table.rule("onward", Family.V4.is(), goTo("refuse")));
        }
        if (!around.forwardsV6()) {
            rules.add(table.rule("onward", Family.V6.is(), goTo("refuse")));
        }
        rules.add(table.rule("onward", jump("resolvers")));
        for (Family family : Family.values()) {
            rules.add(refuseTo(family, privateNetworks(family == Family.V4)));
            List<String> pools = allPools(family);
            if (!pools.isEmpty()) {
                rules.add(refuseTo(family, pools));
            }
        }

        rules.add(table.rule(STRANGERS, jump("resolvers")));
        rules.add(table.rule(STRANGERS, goTo("refuse")));
        rules.addAll(table.questions(FROM_STRANGERS, "saddr", "sport", around.resolvers()));
        rules.add(table.rule(FROM_STRANGERS, goTo("refuse")));

        rules.add(table.rule("asked", equal(DIRECTION, "\"original\""), RETURN));
        rules.add(table.rule("asked", goTo("refuse")));
        rules.add(table.rule("mail", equal(DIRECTION, "\"reply\""), RETURN));
        rules.add(table.rule("mail", goTo("refuse")));

        rules.add(table.rule("inward", equal(DIRECTION, "\"reply\""), ACCEPT));
        for (Family family : Family.values()) {
            rules.add(refuseAllBut("inward", family, "daddr", pools(family, egress -> egress.way() == Way.ROUTED)));
        }
        return rules;
    }

    /** Ends connections to jails of other hosts when one of the two has left their network. */
    private void addStrangers(Family family, List<String> rules) {
        List<String> pools = allPools(family);
        if (pools.isEmpty()) {
            return;
        }
        rules.add(table.rule(
                "onward",
                equal(DIRECTION, "\"original\""),
                GuardTable.isReply(),
                equal(family.address("daddr"), set(pools)),
                goTo(STRANGERS)));
        rules.add(table.rule(
                "inward",
                equal(DIRECTION, "\"reply\""),
                equal(family.address("saddr"), set(pools)),
                goTo(FROM_STRANGERS)));
    }

    private List<String> allPools(Family family) {
        return prefixes(family, Stream.concat(around.pools().here().stream(), around.pools().elsewhere().stream()));
    }

    private void addPoolsThatSend(Family family, List<String> rules) {
        rules.add(refuseAllBut("onward", family, "saddr", pools(family, egress -> egress.way() != Way.CLOSED)));
        List<String> masqueraded = pools(family, egress -> egress.way() == Way.MASQUERADE);
        if (!masqueraded.isEmpty()) {
            rules.add(table.rule("onward", equal(family.address("saddr"), set(masqueraded)), jump("asked")));
            rules.add(table.rule(
                    NatChains.MASQUERADE,
                    equal(family.address("saddr"), set(masqueraded)),
                    differs(meta("oifname"), GuardTable.ALL_JAILS),
                    differs(family.address("daddr"), NetworkRules.remotes(family.protocol)),
                    MASQUERADE));
        }
        List<String> withoutMail = pools(family, egress -> egress.way() != Way.CLOSED && !egress.sendsMail());
        if (!withoutMail.isEmpty()) {
            rules.add(table.rule(
                    "onward", equal(family.address("saddr"), set(withoutMail)), IS_TCP, IS_TO_SMTP, jump("mail")));
        }
    }

    static List<String> privateNetworks(boolean v4) {
        return PrivateNetworks.ALL.stream()
                .filter(network -> network.isV4() == v4)
                .map(network -> prefix(network.first(), network.prefixLength()))
                .toList();
    }

    private String refuseAllBut(String chain, Family family, String field, List<String> prefixes) {
        return table.rule(
                chain,
                prefixes.isEmpty() ? family.is() : differs(family.address(field), set(prefixes)),
                goTo("refuse"));
    }

    private String refuseTo(Family family, List<String> prefixes) {
        return table.rule("onward", equal(family.address("daddr"), set(prefixes)), goTo("refuse"));
    }

    private List<String> pools(Family family, Predicate<Egress> which) {
        return prefixes(
                family,
                around.pools().here().stream()
                        .filter(range -> which.test(around.pools().egress(range))));
    }

    private static List<String> prefixes(Family family, Stream<AddressRange> ranges) {
        return ranges.filter(family::has)
                .map(range -> prefix(range.network().toString(), range.prefixLength()))
                .toList();
    }
}

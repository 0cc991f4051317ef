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
    static final String DIRECTION = "{\"ct\":{\"key\":\"direction\"}}";

    /** RFC 1918, RFC 6598, RFC 3927 (with the metadata of clouds, 169.254.169.254), and the host's loopback. */
    private static final List<String> PRIVATE_V4 = List.of(
            prefix("10.0.0.0", 8),
            prefix("100.64.0.0", 10),
            prefix("127.0.0.0", 8),
            prefix("169.254.0.0", 16),
            prefix("172.16.0.0", 12),
            prefix("192.168.0.0", 16));

    /** RFC 4193, RFC 4291, RFC 3879, and RFC 8215, through which IPv6 reaches private networks of IPv4. */
    private static final List<String> PRIVATE_V6 =
            List.of(prefix("fc00::", 7), prefix("fe80::", 10), prefix("fec0::", 10), prefix("64:ff9b:1::", 48));

    private enum Family {
        V4("ip", "2", PRIVATE_V4),
        V6("ip6", "10", PRIVATE_V6);

        private final String protocol;
        private final String number;
        private final List<String> privateNetworks;

        Family(String protocol, String number, List<String> privateNetworks) {
            this.protocol = protocol;
            this.number = number;
            this.privateNetworks = privateNetworks;
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
            rules.add(refuseTo(family, family.privateNetworks));
            List<String> pools = prefixes(
                    family, Stream.concat(around.pools().here().stream(), around.pools().elsewhere().stream()));
            if (!pools.isEmpty()) {
                rules.add(refuseTo(family, pools));
            }
        }

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

    private void addPoolsThatSend(Family family, List<String> rules) {
        rules.add(refuseAllBut("onward", family, "saddr", pools(family, egress -> egress.way() != Way.CLOSED)));
        List<String> masqueraded = pools(family, egress -> egress.way() == Way.MASQUERADE);
        if (!masqueraded.isEmpty()) {
            rules.add(table.rule("onward", equal(family.address("saddr"), set(masqueraded)), jump("asked")));
            rules.add(table.rule(
                    NatChains.MASQUERADE,
                    equal(family.address("saddr"), set(masqueraded)),
                    differs(meta("oifname"), GuardTable.ALL_JAILS),
                    MASQUERADE));
        }
        List<String> withoutMail = pools(family, egress -> egress.way() != Way.CLOSED && !egress.sendsMail());
        if (!withoutMail.isEmpty()) {
            rules.add(table.rule(
                    "onward", equal(family.address("saddr"), set(withoutMail)), IS_TCP, IS_TO_SMTP, jump("mail")));
        }
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

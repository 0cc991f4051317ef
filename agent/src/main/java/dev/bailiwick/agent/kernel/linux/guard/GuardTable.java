package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.ACCEPT;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.DROP;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.equal;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.goTo;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.jump;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.meta;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.payload;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.set;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.network.JailLink;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.firewall.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The rules for what jails can reach, as commands of libnftables-json(5) for one {@code inet} table. The index of a packet's incoming
 * link shows whether a jail sent it: the jails' links have an interval of indexes that belongs to this agent alone. So a start does not
 * change the table.
 *
 * <p>Which jails reach each other is said by the sets of {@link NetworkRules}. The set {@code mailers} contains the links whose jails reach
 * TCP port 25 beyond the host, if their pools allow it.
 *
 * @param number distinguishes this agent's table from those of other agents on the machine
 * @param firstLink the lowest index of a jail's link
 * @param lastLink the highest index of a jail's link
 */
record GuardTable(int number, int firstLink, int lastLink) {

    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMP = 1;
    static final int ICMPV6 = 58;
    private static final int DNS = 53;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    static final int BEFORE_CONNECTIONS_ARE_TRACKED = -300;
    private static final int FILTER = 0;

    static final String MAILERS = "mailers";

    /** The names of all links of jails, also those of other agents. */
    static final String ALL_JAILS = "\"" + JailLink.PREFIX + "*\"";

    static GuardTable of(HostLayout layout) {
        IdRange first = new IdRange(layout.firstHostId());
        IdRange last = IdRange.ofNumber(first.number() + layout.hostIdRanges() - 1);
        return new GuardTable(first.number(), JailLink.indexOf(first), JailLink.indexOf(last));
    }

    String name() {
        return "bailiwick_" + number;
    }

    /** Replaces the whole table in one transaction, so that no packet passes in between. */
    String renew(HostNetwork around, LinkElements links) {
        List<String> commands = new ArrayList<>(List.of(table("add"), table("delete"), table("add")));
        commands.addAll(sets());
        commands.add(connections(around).count());
        commands.addAll(chains());
        commands.addAll(new NatChains(this, around.pools()).add());
        commands.addAll(rules(around));
        commands.addAll(new LinkCommands(this, around).add(links));
        return commands(commands);
    }

    /**
     * Replaces the rules and keeps the elements of links: an earlier agent knew them.
     *
     * @param counted the sets by which it counts the connections of all jails
     */
    String adopt(HostNetwork around, Set<String> counted) {
        return commands(keep(around, counted));
    }

    /** Returns the commands of {@link #adopt}, to which others of the same transaction can be added. */
    List<String> keep(HostNetwork around, Set<String> counted) {
        List<String> commands = new ArrayList<>(List.of(table("add")));
        commands.addAll(sets());
        commands.addAll(chains());
        commands.addAll(new NatChains(this, around.pools()).adopt());
        chainNames().forEach(chain -> commands.add(ofChain("flush", chain)));
        commands.addAll(connections(around).recount(counted));
        commands.addAll(rules(around));
        return commands;
    }

    /** Replaces all published ports, in a table that has some. */
    String replacePorts(AddressPools pools) {
        return commands(new PortRules(this).replace(pools));
    }

    String remove() {
        return commands(List.of(table("add"), table("delete")));
    }

    static String commands(List<String> commands) {
        return "{\"nftables\":[" + String.join(",\n", commands) + "]}";
    }

    private ConnectionRules connections(HostNetwork around) {
        return new ConnectionRules(this, around.connections());
    }

    String table(String verb) {
        return "{\"%s\":{\"table\":{\"family\":\"inet\",\"name\":\"%s\"}}}".formatted(verb, name());
    }

    String in() {
        return "\"family\":\"inet\",\"table\":\"" + name() + "\"";
    }

    private List<String> sets() {
        List<String> sets = new ArrayList<>(new PortRules(this).maps());
        sets.addAll(FirewallRules.maps(this));
        sets.addAll(new NetworkRules(this).sets());
        sets.addAll(ConnectionRules.maps(this));
        sets.add(new RateRules(this).map());
        sets.add("{\"add\":{\"set\":{%s,\"name\":\"%s\",\"type\":\"iface_index\"}}}".formatted(in(), MAILERS));
        return sets;
    }

    private static List<String> chainNames() {
        return Stream.concat(
                        Stream.of(
                                "prerouting",
                                "input",
                                "forward",
                                "rules_in",
                                "rules_out",
                                "to_host",
                                "onward",
                                "asked",
                                "mail",
                                EgressRules.STRANGERS,
                                EgressRules.FROM_STRANGERS,
                                "inward",
                                PortRules.FROM_PORTS,
                                PortRules.TO_PORTS,
                                "resolvers",
                                ConnectionRules.OPENED,
                                ConnectionRules.ACCEPTED,
                                "refuse"),
                        NetworkRules.chainNames().stream())
                .toList();
    }

    String ofChain(String verb, String name) {
        return "{\"%s\":{\"chain\":{%s,\"name\":\"%s\"}}}".formatted(verb, in(), name);
    }

    private List<String> chains() {
        List<String> chains = new ArrayList<>();
        for (String name : chainNames()) {
            String hook = switch (name) {
                case "prerouting" -> hook(name, BEFORE_CONNECTIONS_ARE_TRACKED);
                case "input", "forward" -> hook(name, FILTER);
                default -> "";
            };
            chains.add("{\"add\":{\"chain\":{%s,\"name\":\"%s\"%s}}}".formatted(in(), name, hook));
        }
        return chains;
    }

    static String hook(String name, int priority) {
        return ",\"type\":\"filter\",\"hook\":\"%s\",\"prio\":%d,\"policy\":\"accept\"".formatted(name, priority);
    }

    private List<String> rules(HostNetwork around) {
        List<String> rules = new ArrayList<>();
        // The host has no route through this link to an address that is not the jail's.
        rules.add(rule("prerouting", fromJail(), isNowhereBehindItsLink(), DROP));
        rules.add(rule("input", fromJail(), jump("to_host")));
        // A connection between two jails meets the rules of both.
        rules.addAll(new FirewallRules(this, around.pools()).entries(around.resolvers()));
        rules.add(rule("forward", fromJail(), jump(FirewallRules.chain(Direction.OUT))));
        rules.add(rule("forward", toJail(), jump(FirewallRules.chain(Direction.IN))));
        rules.add(rule("forward", fromJail(), jump("onward")));
        rules.add(rule("forward", toJail(), jump("inward")));

        rules.add(rule("to_host", isReply(), ACCEPT));
        rules.add(rule(
                "to_host",
                equal(payload("icmpv6", "type"), set(List.of(NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT))),
                ACCEPT));
        rules.add(rule("to_host", jump("limit")));
        rules.add(rule("to_host", jump("resolvers")));
        rules.add(rule("to_host", goTo("refuse")));

        NetworkRules networks = new NetworkRules(this);
        rules.addAll(networks.onward(around));
        rules.addAll(networks.inward(around));
        PortRules ports = new PortRules(this);
        rules.addAll(ports.pass());
        rules.addAll(new EgressRules(this, around).all());
        rules.add(ConnectionRules.accept(this, "inward"));

        rules.addAll(ports.replace(around.pools()));
        if (NatChains.leadsPorts(around.pools())) {
            rules.addAll(ports.lead());
        }

        rules.addAll(networks.compare());

        rules.addAll(questions("resolvers", "daddr", "dport", around.resolvers()));

        rules.addAll(connections(around).rules());

        rules.add(
                rule("refuse", equal(meta("l4proto"), Integer.toString(TCP)), "{\"reject\":{\"type\":\"tcp reset\"}}"));
        rules.add(rule("refuse", "{\"reject\":{\"type\":\"icmpx\",\"expr\":\"admin-prohibited\"}}"));
        return rules;
    }

    /**
     * Returns rules that accept questions to name servers, or answers of theirs.
     *
     * @param address the field of a packet with the address of the name server
     * @param port the field with its port
     */
    List<String> questions(String chain, String address, String port, Set<IpAddress> resolvers) {
        return Stream.concat(
                        questions(chain, "ip", address, port, resolvers.stream().filter(IpAddress::isV4)).stream(),
                        questions(
                                chain, "ip6", address, port, resolvers.stream().filter(one -> !one.isV4()))
                                .stream())
                .toList();
    }

    private Optional<String> questions(
            String chain, String family, String address, String port, Stream<IpAddress> resolvers) {
        List<String> some = resolvers.map(one -> "\"" + one + "\"").toList();
        return some.isEmpty()
                ? Optional.empty()
                : Optional.of(rule(
                        chain,
                        equal(payload(family, address), set(some)),
                        equal(meta("l4proto"), set(List.of(TCP, UDP))),
                        equal(payload("th", port), Integer.toString(DNS)),
                        ACCEPT));
    }

    String rule(String chain, String... expressions) {
        return "{\"add\":{\"rule\":{%s,\"chain\":\"%s\",\"expr\":[%s]}}}"
                .formatted(in(), chain, String.join(",", expressions));
    }

    /** As {@link #rule}, with a number by which the rule is found again. */
    String numbered(String chain, int number, List<String> expressions) {
        return "{\"add\":{\"rule\":{%s,\"chain\":\"%s\",\"comment\":\"%d\",\"expr\":[%s]}}}"
                .formatted(in(), chain, number, String.join(",", expressions));
    }

    private String fromJail() {
        return equal(meta("iif"), "{\"range\":[%d,%d]}".formatted(firstLink, lastLink));
    }

    private String toJail() {
        return equal(meta("oif"), "{\"range\":[%d,%d]}".formatted(firstLink, lastLink));
    }

    private static String isNowhereBehindItsLink() {
        return equal("{\"fib\":{\"result\":\"oif\",\"flags\":[\"saddr\",\"iif\"]}}", "false");
    }

    static String isReply() {
        return "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"state\"}},\"right\":[\"established\",\"related\"]}}";
    }
}

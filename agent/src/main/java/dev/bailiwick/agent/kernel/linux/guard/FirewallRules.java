package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.COUNT;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.DROP;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.RETURN;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.differs;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.equal;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.goTo;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.meta;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.payload;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.prefix;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.set;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.linux.guard.LinkElements.LinkFirewall;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.RuleCount;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rules of single jails: two chains for each link whose jail has some, to which a map leads by the link. So a packet meets the rules
 * of its own jails only, however many others have some. A rule that allows a packet ends the chain; the packet then meets all other
 * rules, so no jail's rule opens what they refuse.
 */
record FirewallRules(GuardTable table, AddressPools pools) {

    private static final String IS_REPLY = equal(EgressRules.DIRECTION, "\"reply\"");
    private static final String IS_RELATED =
            "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"state\"}},\"right\":\"related\"}}";
    private static final int DNS = 53;
    private static final Pattern COUNTED = Pattern.compile(
            "\"comment\": *\"([0-9]+)\".*?\"counter\": *\\{\"packets\": *([0-9]+), *\"bytes\": *([0-9]+)",
            Pattern.DOTALL);

    /** The chain from which the map of a direction leads on, and which lets pass what no rule may cut. */
    static String chain(Direction direction) {
        return "rules_" + direction;
    }

    private static String map(Direction direction) {
        return "firewall_" + direction;
    }

    private static String chain(Direction direction, int link) {
        return map(direction) + "_" + link;
    }

    static List<String> maps(GuardTable table) {
        return Stream.of(Direction.values())
                .map(direction ->
                        "{\"add\":{\"map\":{%s,\"name\":\"%s\",\"type\":\"iface_index\",\"map\":\"verdict\"}}}"
                                .formatted(table.in(), map(direction)))
                .toList();
    }

    static List<String> flush(GuardTable table) {
        return Stream.of(Direction.values())
                .map(direction -> "{\"flush\":{\"map\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), map(direction)))
                .toList();
    }

    /** Returns the links for which the table in the kernel has rules; none if it is not there. */
    static Set<Integer> links(GuardTable table, Nftables nftables) {
        return links(table, nftables, map(Direction.IN) + "_");
    }

    /** Returns the links for which the table in the kernel has a chain whose name begins with this. */
    static Set<Integer> links(GuardTable table, Nftables nftables, String prefix) {
        Pattern chain = Pattern.compile("\"table\": *\"" + table.name() + "\", *\"name\": *\"" + prefix + "([0-9]+)\"");
        return chain.matcher(nftables.answer("{\"nftables\":[{\"list\":{\"chains\":{\"family\":\"inet\"}}}]}"))
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .collect(Collectors.toSet());
    }

    /** Returns what each rule of a link has matched; a rule may be several in the kernel, or none. */
    static List<RuleCount> counts(GuardTable table, Nftables nftables, int link, int rules) {
        List<RuleCount> counts = new ArrayList<>(Collections.nCopies(rules, RuleCount.NONE));
        for (Direction direction : Direction.values()) {
            Matcher counted = COUNTED.matcher(
                    nftables.answer("{\"nftables\":[" + table.ofChain("list", chain(direction, link)) + "]}"));
            while (counted.find()) {
                int at = Integer.parseInt(counted.group(1));
                // Rules of another jail may have replaced them meanwhile.
                if (at < rules) {
                    RuleCount count = new RuleCount(Long.parseLong(counted.group(2)), Long.parseLong(counted.group(3)));
                    counts.set(at, counts.get(at).plus(count));
                }
            }
        }
        return counts;
    }

    /** Returns the rules of the chains from which the maps lead on. */
    List<String> entries(Set<IpAddress> resolvers) {
        List<String> rules = new ArrayList<>();
        for (Direction direction : Direction.values()) {
            rules.add(table.rule(chain(direction), IS_REPLY, RETURN));
            rules.add(table.rule(chain(direction), IS_RELATED, RETURN));
        }
        for (boolean v4 : List.of(true, false)) {
            List<String> some = resolvers.stream()
                    .filter(address -> address.isV4() == v4)
                    .map(address -> "\"" + address + "\"")
                    .toList();
            if (!some.isEmpty()) {
                rules.add(table.rule(
                        chain(Direction.OUT),
                        equal(payload(v4 ? "ip" : "ip6", "daddr"), set(some)),
                        equal(meta("l4proto"), set(List.of(GuardTable.TCP, GuardTable.UDP))),
                        equal(payload("th", "dport"), Integer.toString(DNS)),
                        RETURN));
            }
        }
        for (Direction direction : Direction.values()) {
            rules.add(table.rule(
                    chain(direction),
                    "{\"vmap\":{\"key\":%s,\"data\":\"@%s\"}}".formatted(link(direction), map(direction))));
        }
        return rules;
    }

    private static String link(Direction direction) {
        return meta(direction == Direction.OUT ? "iif" : "oif");
    }

    /** Adds the rules of these links, or replaces those that they have. */
    List<String> put(Map<Integer, LinkFirewall> firewalls, Set<Integer> known) {
        List<String> commands = new ArrayList<>();
        firewalls.forEach((link, firewall) -> {
            for (Direction direction : Direction.values()) {
                String chain = chain(direction, link);
                commands.add(table.ofChain("add", chain));
                commands.add(table.ofChain("flush", chain));
                List<FirewallRule> rules = firewall.rules().rules();
                IntStream.range(0, rules.size())
                        .filter(at -> rules.get(at).direction() == direction)
                        .boxed()
                        .flatMap(at -> rules(chain, at, rules.get(at), firewall))
                        .forEach(commands::add);
            }
        });
        List<Integer> fresh = firewalls.keySet().stream()
                .filter(link -> !known.contains(link))
                .toList();
        if (!fresh.isEmpty()) {
            for (Direction direction : Direction.values()) {
                commands.add(elements(
                        "add",
                        direction,
                        fresh,
                        link -> "[%d,{\"jump\":{\"target\":\"%s\"}}]".formatted(link, chain(direction, link))));
            }
        }
        return commands;
    }

    /** Removes the rules of these links. */
    List<String> remove(Set<Integer> links) {
        List<String> commands = new ArrayList<>();
        if (links.isEmpty()) {
            return commands;
        }
        for (Direction direction : Direction.values()) {
            commands.add(elements("delete", direction, List.copyOf(links), String::valueOf));
        }
        commands.addAll(drop(links));
        return commands;
    }

    /** Removes chains to which no map leads. */
    List<String> drop(Set<Integer> links) {
        List<String> commands = new ArrayList<>();
        links.forEach(link -> {
            for (Direction direction : Direction.values()) {
                commands.add(table.ofChain("flush", chain(direction, link)));
                commands.add(table.ofChain("delete", chain(direction, link)));
            }
        });
        return commands;
    }

    private String elements(String verb, Direction direction, List<Integer> links, Function<Integer, String> element) {
        return "{\"%s\":{\"element\":{%s,\"name\":\"%s\",\"elem\":[%s]}}}"
                .formatted(
                        verb,
                        table.in(),
                        map(direction),
                        links.stream().map(element).collect(Collectors.joining(",")));
    }

    private Stream<String> rules(String chain, int at, FirewallRule rule, LinkFirewall firewall) {
        return peers(rule, firewall).map(peer -> {
            List<String> expressions = new ArrayList<>(peer);
            switch (rule.protocol()) {
                case ANY -> {}
                case TCP -> expressions.add(equal(meta("l4proto"), Integer.toString(GuardTable.TCP)));
                case UDP -> expressions.add(equal(meta("l4proto"), Integer.toString(GuardTable.UDP)));
                case ICMP -> expressions.add(equal(meta("l4proto"), set(List.of(GuardTable.ICMP, GuardTable.ICMPV6))));
            }
            if (!rule.ports().areAll()) {
                expressions.add(equal(
                        payload("th", "dport"),
                        set(rule.ports().ranges().stream()
                                .map(FirewallRules::ports)
                                .toList())));
            }
            expressions.add(COUNT);
            expressions.add(
                    switch (rule.action()) {
                        case ALLOW -> RETURN;
                        case DROP -> DROP;
                        case REJECT -> goTo("refuse");
                    });
            return table.numbered(chain, at, expressions);
        });
    }

    private static String ports(Ports.Range range) {
        return range.first() == range.last()
                ? Integer.toString(range.first())
                : "{\"range\":[%d,%d]}".formatted(range.first(), range.last());
    }

    /** Returns the expressions for the other end, several if it is one of them; none if nobody can be it at the moment. */
    private Stream<List<String>> peers(FirewallRule rule, LinkFirewall firewall) {
        String field = rule.direction() == Direction.OUT ? "daddr" : "saddr";
        String link = link(rule.direction() == Direction.OUT ? Direction.IN : Direction.OUT);
        return switch (rule.peer()) {
            case Peer.Any() -> Stream.of(List.of());
            case Peer.World() -> Stream.of(beyond(field, true), beyond(field, false));
            case Peer.Network(AddressRange range) ->
                Stream.of(List.of(equal(
                        address(range.network().isV4(), field),
                        prefix(range.network().toString(), range.prefixLength()))));
            case Peer.OfJail(JailId jail) ->
                Stream.ofNullable(firewall.peers().get(jail)).map(peer -> List.of(equal(link, Integer.toString(peer))));
            case Peer.Members(UUID network) -> {
                Integer number = firewall.networks().get(network);
                if (number != null) {
                    yield NamedNetworks.members(number, link, address(true, field), address(false, field));
                }
                // Nothing was said of its members: anybody may be one of them.
                yield rule.action() == FirewallAction.ALLOW ? Stream.of() : Stream.of(List.of());
            }
        };
    }

    private List<String> beyond(String field, boolean v4) {
        String address = address(v4, field);
        List<String> expressions = new ArrayList<>(List.of(differs(address, set(EgressRules.privateNetworks(v4)))));
        List<String> ranges = Stream.concat(pools.here().stream(), pools.elsewhere().stream())
                .filter(range -> range.network().isV4() == v4)
                .map(range -> prefix(range.network().toString(), range.prefixLength()))
                .toList();
        if (!ranges.isEmpty()) {
            expressions.add(differs(address, set(ranges)));
        }
        return expressions;
    }

    private static String address(boolean v4, String field) {
        return payload(v4 ? "ip" : "ip6", field);
    }
}

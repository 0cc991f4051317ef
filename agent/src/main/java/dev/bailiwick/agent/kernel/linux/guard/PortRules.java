package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.ACCEPT;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.differs;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.equal;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.jump;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.meta;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.payload;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.set;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.jail.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rules for ports of the host that lead to jails. Two maps of each family have the address and the port of the jail for each published
 * port, so a packet costs the same whether there is one or a thousand. Packets from jails are left out: they reach neither the host nor,
 * by its address, a jail.
 */
record PortRules(GuardTable table) {

    /** The chains of packets of connections through published ports, from jails and to jails. */
    static final String FROM_PORTS = "from_ports";

    static final String TO_PORTS = "to_ports";

    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;

    private static final String IS_TRANSLATED =
            "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"status\"}},\"right\":\"dnat\"}}";
    private static final String IS_ADDRESS_OF_HOST =
            equal("{\"fib\":{\"result\":\"type\",\"flags\":[\"daddr\"]}}", "\"local\"");

    private enum Family {
        V4("ip", "ipv4_addr"),
        V6("ip6", "ipv6_addr");

        private final String protocol;
        private final String type;

        Family(String protocol, String type) {
            this.protocol = protocol;
            this.type = type;
        }

        private String addresses() {
            return "port_addresses_" + protocol;
        }

        private String numbers() {
            return "port_numbers_" + protocol;
        }

        /** The set of the published ports with the address that each leads to. */
        private String leading() {
            return "ports_" + protocol;
        }

        private boolean has(PublishedPort port) {
            return port.address().isV4() == (this == V4);
        }
    }

    List<String> maps() {
        List<String> maps = new ArrayList<>();
        for (Family family : Family.values()) {
            maps.add(map(family, family.addresses(), family.type));
            maps.add(map(family, family.numbers(), "inet_service"));
            maps.add("{\"add\":{\"set\":{%s,\"name\":\"%s\",\"type\":[\"%s\",\"inet_proto\",\"inet_service\",\"%s\"]}}}"
                    .formatted(table.in(), family.leading(), family.type, family.type));
        }
        return maps;
    }

    private String map(Family family, String name, String to) {
        return "{\"add\":{\"map\":{%s,\"name\":\"%s\",\"type\":[\"%s\",\"inet_proto\",\"inet_service\"],\"map\":\"%s\"}}}"
                .formatted(table.in(), name, family.type, to);
    }

    /** Replaces all published ports. */
    List<String> replace(AddressPools pools) {
        List<String> commands = new ArrayList<>();
        for (Family family : Family.values()) {
            // A port that leads elsewhere would make the host a way to its networks.
            List<PublishedPort> ports = pools.ports().stream()
                    .filter(family::has)
                    .filter(port -> pools.here().stream().anyMatch(range -> range.contains(port.jailAddress())))
                    .toList();
            fill(
                    "map",
                    family.addresses(),
                    ports,
                    port -> "[%s,\"%s\"]".formatted(key(port), port.jailAddress()),
                    commands);
            fill("map", family.numbers(), ports, port -> "[%s,%d]".formatted(key(port), port.jailPort()), commands);
            fill("set", family.leading(), ports, port -> key(port, "\"" + port.jailAddress() + "\""), commands);
        }
        return commands;
    }

    private static String key(PublishedPort port, String... more) {
        return Stream.concat(
                        Stream.of(
                                "\"" + port.address() + "\"",
                                "\"" + port.protocol() + "\"",
                                Integer.toString(port.port())),
                        Stream.of(more))
                .collect(Collectors.joining(",", "{\"concat\":[", "]}"));
    }

    private void fill(
            String kind,
            String name,
            List<PublishedPort> ports,
            Function<PublishedPort, String> element,
            List<String> commands) {
        commands.add("{\"flush\":{\"%s\":{%s,\"name\":\"%s\"}}}".formatted(kind, table.in(), name));
        if (!ports.isEmpty()) {
            commands.add("{\"add\":{\"element\":{%s,\"name\":\"%s\",\"elem\":[%s]}}}"
                    .formatted(table.in(), name, ports.stream().map(element).collect(Collectors.joining(","))));
        }
    }

    /** Returns the rules that lead packets to jails; for a table with the chain. */
    List<String> lead() {
        List<String> rules = new ArrayList<>();
        for (Family family : Family.values()) {
            String key = "{\"concat\":[%s,%s,%s]}"
                    .formatted(payload(family.protocol, "daddr"), meta("l4proto"), payload("th", "dport"));
            rules.add(table.rule(
                    NatChains.PUBLISHED,
                    differs(meta("iifname"), GuardTable.ALL_JAILS),
                    IS_ADDRESS_OF_HOST,
                    "{\"dnat\":{\"family\":\"%s\",\"addr\":%s,\"port\":%s}}"
                            .formatted(
                                    family.protocol, lookUp(key, family.addresses()), lookUp(key, family.numbers()))));
        }
        return rules;
    }

    private static String lookUp(String key, String map) {
        return "{\"map\":{\"key\":%s,\"data\":\"@%s\"}}".formatted(key, map);
    }

    /**
     * Returns the rules that let them pass, and the replies, whatever the egress of the jail's pool, while the port leads to the address. The
     * kernel keeps the translation for as long as a connection lasts, and its address may belong to the next jail by then. Messages about a
     * connection by ICMP pass too.
     */
    List<String> pass() {
        List<String> rules = new ArrayList<>(List.of(
                table.rule("onward", IS_TRANSLATED, equal(EgressRules.DIRECTION, "\"reply\""), jump(FROM_PORTS)),
                table.rule("inward", IS_TRANSLATED, jump(TO_PORTS)),
                ConnectionRules.accept(table, TO_PORTS)));
        for (Family family : Family.values()) {
            for (int protocol : List.of(GuardTable.TCP, GuardTable.UDP)) {
                rules.add(passes(FROM_PORTS, family, protocol, "saddr"));
                rules.add(passes(TO_PORTS, family, protocol, "daddr"));
            }
        }
        for (String chain : List.of(FROM_PORTS, TO_PORTS)) {
            rules.add(table.rule(chain, equal(meta("l4proto"), set(List.of(ICMP, ICMPV6))), ACCEPT));
        }
        return rules;
    }

    private String passes(String chain, Family family, int protocol, String jail) {
        return table.rule(
                chain,
                // Also says what kind of number the port is, without which libnftables joins nothing to it.
                equal(meta("l4proto"), Integer.toString(protocol)),
                equal(
                        "{\"concat\":[%s,%s,%s,%s]}"
                                .formatted(
                                        original(family.protocol + " daddr"),
                                        meta("l4proto"),
                                        original("proto-dst"),
                                        payload(family.protocol, jail)),
                        "\"@" + family.leading() + "\""),
                ACCEPT);
    }

    private static String original(String key) {
        return "{\"ct\":{\"key\":\"" + key + "\",\"dir\":\"original\"}}";
    }
}

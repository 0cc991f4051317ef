package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.ACCEPT;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.differs;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.equal;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.meta;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.payload;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.jail.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The rules for ports of the host that lead to jails. Two maps of each family have the address and the port of the jail for each published
 * port, so a packet costs the same whether there is one or a thousand. Packets from jails are left out: they reach neither the host nor,
 * by its address, a jail.
 */
record PortRules(GuardTable table) {

    private static final String IS_PUBLISHED =
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

        private boolean has(PublishedPort port) {
            return port.address().isV4() == (this == V4);
        }
    }

    List<String> maps() {
        List<String> maps = new ArrayList<>();
        for (Family family : Family.values()) {
            maps.add(map(family, family.addresses(), family.type));
            maps.add(map(family, family.numbers(), "inet_service"));
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
            fill(family.addresses(), ports, port -> "\"" + port.jailAddress() + "\"", commands);
            fill(family.numbers(), ports, port -> Integer.toString(port.jailPort()), commands);
        }
        return commands;
    }

    private void fill(
            String map, List<PublishedPort> ports, Function<PublishedPort, String> to, List<String> commands) {
        commands.add("{\"flush\":{\"map\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), map));
        if (!ports.isEmpty()) {
            commands.add("{\"add\":{\"element\":{%s,\"name\":\"%s\",\"elem\":[%s]}}}"
                    .formatted(
                            table.in(),
                            map,
                            ports.stream()
                                    .map(port -> "[{\"concat\":[\"%s\",\"%s\",%d]},%s]"
                                            .formatted(port.address(), port.protocol(), port.port(), to.apply(port)))
                                    .collect(Collectors.joining(","))));
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

    /** Returns the rules that let them pass, and the replies, whatever the egress of the jail's pool. */
    List<String> pass() {
        return List.of(
                table.rule("onward", IS_PUBLISHED, equal(EgressRules.DIRECTION, "\"reply\""), ACCEPT),
                table.rule("inward", IS_PUBLISHED, ACCEPT));
    }
}

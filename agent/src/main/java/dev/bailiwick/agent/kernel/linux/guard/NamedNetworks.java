package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.equal;

import dev.bailiwick.agent.kernel.linux.guard.LinkElements.NamedMembers;
import dev.bailiwick.jail.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The networks that rules of jails name: for each a set of the links of its members here, and one of each family with the addresses of its
 * members on other hosts. A change of members replaces these sets, and no rule.
 */
record NamedNetworks(GuardTable table) {

    private static final String LINKS = "named_links_";
    private static final String V4 = "named_ip_";
    private static final String V6 = "named_ip6_";

    /** Returns the numbers of those for which the table in the kernel has sets. */
    static Set<Integer> numbers(GuardTable table, Nftables nftables) {
        Pattern set = Pattern.compile("\"name\": *\"" + LINKS + "([0-9]+)\", *\"table\": *\"" + table.name() + "\"");
        return set.matcher(nftables.answer("{\"nftables\":[{\"list\":{\"sets\":{\"family\":\"inet\"}}}]}"))
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .collect(Collectors.toSet());
    }

    /** Returns the expressions for a member: here, on another host by IPv4, and by IPv6. */
    static Stream<List<String>> members(int number, String link, String v4, String v6) {
        return Stream.of(
                List.of(equal(link, "\"@" + LINKS + number + "\"")),
                List.of(equal(v4, "\"@" + V4 + number + "\"")),
                List.of(equal(v6, "\"@" + V6 + number + "\"")));
    }

    /** Adds sets for these networks, or replaces what theirs have. */
    List<String> put(Map<Integer, NamedMembers> networks) {
        List<String> commands = new ArrayList<>();
        networks.forEach((number, members) -> {
            put(
                    commands,
                    LINKS + number,
                    "iface_index",
                    members.links().stream().map(String::valueOf));
            put(commands, V4 + number, "ipv4_addr", quoted(members.addresses(), true));
            put(commands, V6 + number, "ipv6_addr", quoted(members.addresses(), false));
        });
        return commands;
    }

    private static Stream<String> quoted(Set<IpAddress> addresses, boolean v4) {
        return addresses.stream().filter(address -> address.isV4() == v4).map(address -> "\"" + address + "\"");
    }

    private void put(List<String> commands, String name, String type, Stream<String> elements) {
        commands.add("{\"add\":{\"set\":{%s,\"name\":\"%s\",\"type\":\"%s\"}}}".formatted(table.in(), name, type));
        // An earlier agent may have left one.
        commands.add("{\"flush\":{\"set\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), name));
        String all = elements.collect(Collectors.joining(","));
        if (!all.isEmpty()) {
            commands.add("{\"add\":{\"element\":{%s,\"name\":\"%s\",\"elem\":[%s]}}}".formatted(table.in(), name, all));
        }
    }

    /** Removes the sets of these networks, once no rule names them. */
    List<String> remove(Set<Integer> numbers) {
        return numbers.stream()
                .flatMap(number -> Stream.of(LINKS, V4, V6).map(name -> name + number))
                .map(name -> "{\"delete\":{\"set\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), name))
                .toList();
    }
}

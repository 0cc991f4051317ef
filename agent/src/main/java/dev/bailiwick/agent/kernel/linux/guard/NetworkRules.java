package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.ACCEPT;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.equal;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.goTo;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.jump;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.meta;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.payload;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.desired.SharedNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rules for packets between jails, of one host or of two, and the sets that say which jails reach each other: those with a number in
 * common.
 *
 * <p>A jail in no network has one number, by the map {@code customers}. A jail in networks has one by each of several maps, as a map has one
 * value for a link: so its packet meets at most {@value SharedNetwork#MAX_OF_JAIL} of them, however many networks and members there are.
 * {@code members} has the links of this host with their numbers, and a set of each family the addresses of other hosts with theirs. The
 * packet's mark carries the number from the first lookup to the second.
 */
record NetworkRules(GuardTable table) {

    static final String TO_JAIL = "to_jail";
    static final String SIBLINGS = "siblings";
    private static final String FROM_MEMBER = "from_member";

    private static final String CUSTOMERS = "customers";
    private static final String MEMBERS = "members";
    private static final String NO_MARK = "{\"mangle\":{\"key\":%s,\"value\":0}}".formatted(meta("mark"));

    private static final String IS_RELATED =
            "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"state\"}},\"right\":\"related\"}}";

    private enum Family {
        V4("ip", "ipv4_addr"),
        V6("ip6", "ipv6_addr");

        private final String protocol;
        private final String type;

        Family(String protocol, String type) {
            this.protocol = protocol;
            this.type = type;
        }

        private boolean has(IpAddress address) {
            return address.isV4() == (this == V4);
        }

        private String remoteMembers() {
            return "remote_members_" + protocol;
        }

        private String toRemotes() {
            return "to_remotes_" + protocol;
        }

        private String fromRemotes() {
            return "from_remotes_" + protocol;
        }

        private boolean isForwarded(HostNetwork around) {
            return this == V4 ? around.forwardsV4() : around.forwardsV6();
        }
    }

    /** Returns the set of all addresses of members on other hosts. */
    static String remotes(String protocol) {
        return "\"@remotes_" + protocol + "\"";
    }

    static List<String> chainNames() {
        return Stream.concat(
                        Stream.of(TO_JAIL, SIBLINGS, FROM_MEMBER),
                        Stream.of(Family.values())
                                .flatMap(family -> Stream.of(family.toRemotes(), family.fromRemotes())))
                .toList();
    }

    private static Stream<String> networkMaps() {
        return IntStream.range(0, SharedNetwork.MAX_OF_JAIL).mapToObj(NetworkRules::networkMap);
    }

    private static String networkMap(int place) {
        return "networks_" + place;
    }

    List<String> sets() {
        List<String> sets = new ArrayList<>();
        Stream.concat(Stream.of(CUSTOMERS), networkMaps())
                .forEach(name ->
                        sets.add("{\"add\":{\"map\":{%s,\"name\":\"%s\",\"type\":\"iface_index\",\"map\":\"mark\"}}}"
                                .formatted(table.in(), name)));
        sets.add(set(MEMBERS, "[\"iface_index\",\"mark\"]"));
        for (Family family : Family.values()) {
            sets.add(set("remotes_" + family.protocol, "\"" + family.type + "\""));
            sets.add(set(family.remoteMembers(), "[\"" + family.type + "\",\"mark\"]"));
        }
        return sets;
    }

    private String set(String name, String type) {
        return "{\"add\":{\"set\":{%s,\"name\":\"%s\",\"type\":%s}}}".formatted(table.in(), name, type);
    }

    List<String> flush() {
        List<String> commands = new ArrayList<>();
        Stream.concat(Stream.of(CUSTOMERS), networkMaps()).forEach(name -> commands.add(flush("map", name)));
        commands.add(flush("set", MEMBERS));
        for (Family family : Family.values()) {
            commands.add(flush("set", "remotes_" + family.protocol));
            commands.add(flush("set", family.remoteMembers()));
        }
        return commands;
    }

    private String flush(String kind, String name) {
        return "{\"flush\":{\"%s\":{%s,\"name\":\"%s\"}}}".formatted(kind, table.in(), name);
    }

    /** @param verb {@code add} or {@code delete} */
    List<String> elements(String verb, LinkElements links) {
        List<String> commands = new ArrayList<>();
        addMap(commands, verb, CUSTOMERS, links.customers());
        addSet(
                commands,
                verb,
                MEMBERS,
                links.customers().entrySet().stream()
                        .map(entry -> pair(entry.getKey().toString(), entry.getValue())));
        for (int place = 0; place < SharedNetwork.MAX_OF_JAIL; place++) {
            int at = place;
            addMap(
                    commands,
                    verb,
                    networkMap(place),
                    links.networks().entrySet().stream()
                            .filter(entry -> entry.getValue().size() > at)
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, entry -> entry.getValue().get(at))));
        }
        addSet(
                commands,
                verb,
                MEMBERS,
                links.networks().entrySet().stream()
                        .flatMap(entry -> entry.getValue().stream()
                                .map(number -> pair(entry.getKey().toString(), number))));
        for (Family family : Family.values()) {
            List<IpAddress> addresses =
                    links.remotes().keySet().stream().filter(family::has).toList();
            addSet(
                    commands,
                    verb,
                    "remotes_" + family.protocol,
                    addresses.stream().map(NetworkRules::quoted));
            addSet(
                    commands,
                    verb,
                    family.remoteMembers(),
                    addresses.stream()
                            .flatMap(address -> links.remotes().getOrDefault(address, Set.of()).stream()
                                    .map(number -> pair(quoted(address), number))));
        }
        return commands;
    }

    private void addMap(List<String> commands, String verb, String name, Map<Integer, Integer> entries) {
        addSet(
                commands,
                verb,
                name,
                entries.entrySet().stream()
                        .map(entry -> verb.equals("add")
                                ? "[%d,%d]".formatted(entry.getKey(), entry.getValue())
                                : entry.getKey().toString()));
    }

    private void addSet(List<String> commands, String verb, String name, Stream<String> elements) {
        String all = elements.collect(Collectors.joining(","));
        if (!all.isEmpty()) {
            commands.add(
                    "{\"%s\":{\"element\":{%s,\"name\":\"%s\",\"elem\":[%s]}}}".formatted(verb, table.in(), name, all));
        }
    }

    private static String pair(String first, int number) {
        return "{\"concat\":[%s,%d]}".formatted(first, number);
    }

    private static String quoted(IpAddress address) {
        return "\"" + address + "\"";
    }

    /**
     * Returns the rules for packets from a jail, which come before all others about {@code onward}: before replies, so that connections end
     * when a jail leaves a network or moves to another customer, and before the egress of pools, which is about the world.
     */
    List<String> onward(HostNetwork around) {
        List<String> rules = new ArrayList<>();
        rules.add(table.rule("onward", equal(meta("oifname"), GuardTable.ALL_JAILS), goTo(TO_JAIL)));
        for (Family family : Family.values()) {
            if (family.isForwarded(around)) {
                rules.add(table.rule(
                        "onward",
                        equal(payload(family.protocol, "daddr"), remotes(family.protocol)),
                        jump(family.toRemotes())));
            }
        }
        return rules;
    }

    /** Returns the rules for packets from beyond the host to a jail, which come before all others about {@code inward}. */
    List<String> inward(HostNetwork around) {
        List<String> rules = new ArrayList<>();
        for (Family family : Family.values()) {
            if (family.isForwarded(around)) {
                rules.add(table.rule(
                        "inward",
                        equal(payload(family.protocol, "saddr"), remotes(family.protocol)),
                        jump(family.fromRemotes())));
            }
        }
        // Routers between the hosts report packets that are too big, also to members whose pools nothing else reaches.
        rules.add(table.rule(
                "inward",
                IS_RELATED,
                equal(meta("l4proto"), NftablesJson.set(List.of(GuardTable.ICMP, GuardTable.ICMPV6))),
                ACCEPT));
        return rules;
    }

    /** Returns the rules that compare numbers. */
    List<String> compare() {
        List<String> rules = new ArrayList<>();
        Stream.concat(Stream.of(CUSTOMERS), networkMaps())
                .forEach(map -> rules.add(
                        table.rule(TO_JAIL, mark("iif", map), hasThatNumber(meta("oif"), MEMBERS), goTo(SIBLINGS))));
        rules.add(table.rule(TO_JAIL, goTo("refuse")));
        for (Family family : Family.values()) {
            networkMaps().forEach(map -> {
                rules.add(table.rule(
                        family.toRemotes(),
                        mark("iif", map),
                        hasThatNumber(payload(family.protocol, "daddr"), family.remoteMembers()),
                        // The packet leaves the host, whose other rules may look at marks.
                        NO_MARK,
                        goTo(SIBLINGS)));
                rules.add(table.rule(
                        family.fromRemotes(),
                        mark("oif", map),
                        hasThatNumber(payload(family.protocol, "saddr"), family.remoteMembers()),
                        goTo(FROM_MEMBER)));
            });
        }
        // The other host limits its jail, but several members together would exceed the limit of the one that they
        // connect to.
        rules.add(ConnectionRules.accept(table, FROM_MEMBER));
        rules.add(table.rule(FROM_MEMBER, ACCEPT));
        rules.add(table.rule(SIBLINGS, GuardTable.isReply(), ACCEPT));
        rules.add(table.rule(SIBLINGS, jump("limit")));
        rules.add(table.rule(SIBLINGS, ACCEPT));
        return rules;
    }

    private static String mark(String end, String map) {
        return "{\"mangle\":{\"key\":%s,\"value\":{\"map\":{\"key\":%s,\"data\":\"@%s\"}}}}"
                .formatted(meta("mark"), meta(end), map);
    }

    private static String hasThatNumber(String end, String set) {
        return equal("{\"concat\":[%s,%s]}".formatted(end, meta("mark")), "\"@" + set + "\"");
    }
}

package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.DROP;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.jump;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.meta;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The rules that bound how many connections of a jail the kernel tracks at a time: those that it opens, and those that others beyond the host
 * open to it, together. The set {@code connections} counts them by link, for all jails. A jail with a limit of its own meets a second
 * set too, one for each limit in use, to which maps lead by the link. So a limit that changes does not forget what the first set has counted.
 */
record ConnectionRules(GuardTable table) {

    /** The chain for connections that a jail opens. */
    static final String OPENED = "limit";

    /** The chain for connections that others open to a jail. */
    static final String ACCEPTED = "limit_in";

    /** Stands for the limit of all jails among those of single ones. */
    static final int OF_ALL = 0;

    private static final String ALL = "connections";
    private static final String IS_NEW =
            "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"state\"}},\"right\":\"new\"}}";
    private static final int MAX_LINKS = 65_535;
    private static final Pattern NAME = Pattern.compile("\"name\": *\"" + ALL + "(?:_([0-9]+))?\"");
    private static final Pattern COUNT = Pattern.compile("\"ct count\": *\\{ *\"val\": *([0-9]+)");

    /** Which end of its connections a jail is. */
    private enum End {
        OPENS(OPENED, "iif", "out"),
        ACCEPTS(ACCEPTED, "oif", "in");

        private final String chain;
        private final String link;
        private final String suffix;

        End(String chain, String link, String suffix) {
            this.chain = chain;
            this.link = link;
            this.suffix = suffix;
        }

        private String map() {
            return "bounds_" + suffix;
        }

        private String chain(int most) {
            return set(most) + "_" + suffix;
        }
    }

    private static String set(int most) {
        return ALL + "_" + most;
    }

    /** Returns the limits for which the kernel's table has a set; that for all jails is {@link #OF_ALL}. */
    static Map<Integer, Integer> counted(GuardTable table, Nftables nftables) {
        Map<Integer, Integer> counted = new HashMap<>();
        String all = nftables.answer("{\"nftables\":[{\"list\":{\"sets\":{\"family\":\"inet\"}}}]}");
        for (String one : all.split("\\{\"set\": *", -1)) {
            Matcher name = NAME.matcher(one);
            Matcher count = COUNT.matcher(one);
            if (one.matches("(?s).*\"table\": *\"" + table.name() + "\".*") && name.find() && count.find()) {
                counted.put(
                        Optional.ofNullable(name.group(1)).map(Integer::valueOf).orElse(OF_ALL),
                        Integer.valueOf(count.group(1)));
            }
        }
        return counted;
    }

    /** Adds what a table has in any case, except the set that counts for all jails. */
    List<String> maps() {
        List<String> maps = new ArrayList<>();
        for (End end : End.values()) {
            maps.add("{\"add\":{\"map\":{%s,\"name\":\"%s\",\"type\":\"iface_index\",\"map\":\"verdict\"}}}"
                    .formatted(table.in(), end.map()));
        }
        return maps;
    }

    /** Adds the set that counts for all jails, to a table without it. The library cannot add it where it is. */
    String count(int most) {
        return count(ALL, most);
    }

    /** Removes that set, once no rule has it. */
    String discount() {
        return delete(ALL);
    }

    private String count(String name, int most) {
        return "{\"add\":{\"set\":{%s,\"name\":\"%s\",\"type\":\"iface_index\",\"size\":%d,\"stmt\":[{\"ct count\":{\"val\":%d,\"inv\":true}}]}}}"
                .formatted(table.in(), name, MAX_LINKS, most);
    }

    private String delete(String set) {
        return "{\"delete\":{\"set\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), set);
    }

    /** Returns a rule that leads the connections to a jail here. */
    String accept(String chain) {
        return table.rule(chain, IS_NEW, jump(ACCEPTED));
    }

    /** Returns the rules of the two chains. */
    List<String> rules() {
        List<String> rules = new ArrayList<>();
        for (End end : End.values()) {
            rules.add(table.rule(
                    end.chain, "{\"vmap\":{\"key\":%s,\"data\":\"@%s\"}}".formatted(meta(end.link), end.map())));
            rules.add(tooMany(end.chain, end, ALL));
        }
        return rules;
    }

    private String tooMany(String chain, End end, String set) {
        return table.rule(
                chain, "{\"set\":{\"op\":\"add\",\"elem\":%s,\"set\":\"@%s\"}}".formatted(meta(end.link), set), DROP);
    }

    /**
     * Gives links their limits.
     *
     * @param limits from a link to its limit
     * @param counted the limits for which the table has a set
     */
    List<String> put(Map<Integer, Integer> limits, Set<Integer> counted) {
        List<String> commands = new ArrayList<>();
        for (int most : new TreeSet<>(limits.values())) {
            if (!counted.contains(most)) {
                commands.add(count(set(most), most));
                for (End end : End.values()) {
                    commands.add(table.ofChain("add", end.chain(most)));
                    commands.add(tooMany(end.chain(most), end, set(most)));
                }
            }
        }
        if (!limits.isEmpty()) {
            for (End end : End.values()) {
                commands.add(elements(
                        "add",
                        end.map(),
                        limits.entrySet().stream()
                                .map(limit -> "[%d,{\"jump\":{\"target\":\"%s\"}}]"
                                        .formatted(limit.getKey(), end.chain(limit.getValue())))
                                .collect(Collectors.joining(","))));
            }
        }
        return commands;
    }

    /** Takes their limits from links, and forgets what was counted for them by these. */
    List<String> remove(Map<Integer, Integer> limits) {
        List<String> commands = new ArrayList<>();
        if (!limits.isEmpty()) {
            for (End end : End.values()) {
                commands.add(elements(
                        "delete",
                        end.map(),
                        limits.keySet().stream().map(String::valueOf).collect(Collectors.joining(","))));
            }
            new TreeMap<>(limits).forEach((link, most) -> commands.addAll(forget(set(most), Set.of(link))));
        }
        return commands;
    }

    /** Forgets the connections that were counted for jails that have left these links. Their next jails begin with none. */
    List<String> forget(Set<Integer> links) {
        return links.isEmpty() ? List.of() : forget(ALL, links);
    }

    private List<String> forget(String set, Set<Integer> links) {
        String some = links.stream().map(String::valueOf).collect(Collectors.joining(","));
        // The first command is needed where nothing was counted: what is not there cannot be deleted.
        return List.of(elements("add", set, some), elements("delete", set, some));
    }

    /** Removes all limits from links. */
    List<String> flush() {
        List<String> commands = new ArrayList<>();
        for (End end : End.values()) {
            commands.add("{\"flush\":{\"map\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), end.map()));
        }
        return commands;
    }

    /** Removes the sets of limits that no link has. */
    List<String> drop(Set<Integer> limits) {
        List<String> commands = new ArrayList<>();
        for (int most : new TreeSet<>(limits)) {
            for (End end : End.values()) {
                commands.add(table.ofChain("flush", end.chain(most)));
                commands.add(table.ofChain("delete", end.chain(most)));
            }
            commands.add(delete(set(most)));
        }
        return commands;
    }

    private String elements(String verb, String set, String elements) {
        return "{\"%s\":{\"element\":{%s,\"name\":\"%s\",\"elem\":[%s]}}}".formatted(verb, table.in(), set, elements);
    }
}

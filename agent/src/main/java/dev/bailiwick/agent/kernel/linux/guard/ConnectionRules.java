package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.DROP;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.jump;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The rules that bound how many connections of a jail the kernel tracks at a time: those that it opens, and those that others beyond the host
 * open to it, together. One set counts them by link, for all jails. A jail with a limit of its own meets a second set too, one for each
 * limit in use, to which maps lead by the link. So a limit that changes does not forget what the first set has counted.
 *
 * <p>The rules say what to count, and not the sets: for each copy of what a set says the kernel releases its tracking of connections
 * once too often, until it tracks none on the whole host (nft_connlimit_destroy, at least up to Linux 6.18).
 *
 * @param most the limit of all jails
 */
record ConnectionRules(GuardTable table, int most) {

    /** The chain for connections that a jail opens. */
    static final String OPENED = "limit";

    /** The chain for connections that others open to a jail. */
    static final String ACCEPTED = "limit_in";

    /** Followed by the limit. The sets of earlier agents were named otherwise, because they were made otherwise. */
    private static final String ALL = "tracked_";

    private static final String OWN = "bounded_";
    private static final String EARLIER = "connections";
    private static final String IS_NEW =
            "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"state\"}},\"right\":\"new\"}}";
    private static final int MAX_LINKS = 65_535;
    private static final Pattern NAME =
            Pattern.compile("\"name\": *\"(?:(" + ALL + "|" + OWN + ")([0-9]+)|" + EARLIER + ")\"");

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
        return OWN + most;
    }

    /**
     * The sets of a table in the kernel.
     *
     * @param ofAll the names of those that count for all jails
     * @param own the limits of single jails for which there is a set
     */
    record Counted(Set<String> ofAll, Set<Integer> own) {}

    /** Returns the sets that the kernel's table has; none if it is not there. */
    static Counted counted(GuardTable table, Nftables nftables) {
        Set<String> ofAll = new TreeSet<>();
        Set<Integer> own = new TreeSet<>();
        String all = nftables.answer("{\"nftables\":[{\"list\":{\"sets\":{\"family\":\"inet\"}}}]}");
        for (String one : all.split("\\{\"set\": *", -1)) {
            Matcher name = NAME.matcher(one);
            if (one.matches("(?s).*\"table\": *\"" + table.name() + "\".*") && name.find()) {
                if (OWN.equals(name.group(1))) {
                    own.add(Integer.valueOf(name.group(2)));
                } else {
                    ofAll.add(name.group(0).replaceAll(".*\"(\\w+)\"", "$1"));
                }
            }
        }
        return new Counted(ofAll, own);
    }

    /** Adds what a table has in any case, except the set that counts for all jails. */
    static List<String> maps(GuardTable table) {
        List<String> maps = new ArrayList<>();
        for (End end : End.values()) {
            maps.add("{\"add\":{\"map\":{%s,\"name\":\"%s\",\"type\":\"iface_index\",\"map\":\"verdict\"}}}"
                    .formatted(table.in(), end.map()));
        }
        return maps;
    }

    /** Returns the command that adds the set for all jails. The library cannot add it where it is. */
    String count() {
        return count(all());
    }

    /** Replaces the sets for all jails by that for this limit, if it is another, once no rule has them. */
    List<String> recount(Set<String> ofAll) {
        List<String> commands = new ArrayList<>();
        ofAll.stream().filter(name -> !name.equals(all())).forEach(name -> commands.add(delete(name)));
        if (!ofAll.contains(all())) {
            commands.add(count());
        }
        return commands;
    }

    private String all() {
        return ALL + most;
    }

    private String count(String name) {
        return "{\"add\":{\"set\":{%s,\"name\":\"%s\",\"type\":\"iface_index\",\"size\":%d}}}"
                .formatted(table.in(), name, MAX_LINKS);
    }

    private String delete(String set) {
        return "{\"delete\":{\"set\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), set);
    }

    /** Returns a rule that leads the connections to a jail here. */
    static String accept(GuardTable table, String chain) {
        return table.rule(chain, IS_NEW, jump(ACCEPTED));
    }

    /** Returns the rules of the two chains. */
    List<String> rules() {
        List<String> rules = new ArrayList<>();
        for (End end : End.values()) {
            rules.add(table.rule(
                    end.chain, "{\"vmap\":{\"key\":%s,\"data\":\"@%s\"}}".formatted(meta(end.link), end.map())));
            rules.add(tooMany(end.chain, end, all(), most));
        }
        return rules;
    }

    private String tooMany(String chain, End end, String set, int limit) {
        return table.rule(
                chain,
                "{\"set\":{\"op\":\"add\",\"elem\":%s,\"set\":\"@%s\",\"stmt\":[{\"ct count\":{\"val\":%d,\"inv\":true}}]}}"
                        .formatted(meta(end.link), set, limit),
                DROP);
    }

    /**
     * Gives links their limits.
     *
     * @param limits from a link to its limit
     * @param counted the limits for which the table has a set
     */
    List<String> put(Map<Integer, Integer> limits, Set<Integer> counted) {
        List<String> commands = new ArrayList<>();
        for (int limit : new TreeSet<>(limits.values())) {
            if (!counted.contains(limit)) {
                commands.add(count(set(limit)));
                for (End end : End.values()) {
                    commands.add(table.ofChain("add", end.chain(limit)));
                    commands.add(tooMany(end.chain(limit), end, set(limit), limit));
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
        return links.isEmpty() ? List.of() : forget(all(), links);
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

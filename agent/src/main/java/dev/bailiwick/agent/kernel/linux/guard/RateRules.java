package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.DROP;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.jump;
import static dev.bailiwick.agent.kernel.linux.guard.NftablesJson.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rules that bound what jails send, on a host whose kernel lacks the devices in which it could wait: what is beyond the rate is
 * dropped as it arrives over the link, to whatever it is sent. Each link with a limit has a chain of its own, to which a map leads, so a
 * packet meets one rule however many jails have limits. A table without limits lacks the chain with the hook, because that costs every packet.
 */
record RateRules(GuardTable table) {

    private static final String HOOKED = "sent";
    private static final String MAP = "rates";
    private static final String CHAIN = "rate_";

    /** The numbers of the tables of agents are lower. */
    private static final int PROBE = 1_000_000;

    /** A packet of an offloading sender has up to 64 KiB, more than the lowest rates send in a second. */
    private static final int BURST = 128 << 10;

    /** Returns whether this host's kernel has such rules. Only an attempt shows it; it leaves nothing behind. */
    static boolean areKnown(GuardTable table) {
        GuardTable probe = new GuardTable(PROBE + table.number(), 0, 0);
        RateRules rates = new RateRules(probe);
        List<String> commands = new ArrayList<>(List.of(probe.table("add"), probe.table("delete"), probe.table("add")));
        commands.add(rates.map());
        commands.addAll(rates.put(Map.of(1, 1_000_000L)));
        commands.add(probe.table("delete"));
        try (Nftables own = new Nftables()) {
            own.run(GuardTable.commands(commands));
            return true;
        } catch (NftablesFailure lacking) {
            return false;
        }
    }

    /** Returns the links for which the table in the kernel has a chain; none if the table is not there. */
    static Set<Integer> links(GuardTable table, Nftables nftables) {
        return FirewallRules.links(table, nftables, CHAIN);
    }

    /** Returns the command that adds the map, which each table has. */
    String map() {
        return "{\"add\":{\"map\":{%s,\"name\":\"%s\",\"type\":\"iface_index\",\"map\":\"verdict\"}}}"
                .formatted(table.in(), MAP);
    }

    /**
     * Bounds what the jails of links send; nothing if there are none.
     *
     * @param rates from a link to bits a second
     */
    List<String> put(Map<Integer, Long> rates) {
        List<String> commands = new ArrayList<>();
        if (rates.isEmpty()) {
            return commands;
        }
        commands.add(hook());
        commands.add(table.ofChain("flush", HOOKED));
        commands.add(table.rule(HOOKED, "{\"vmap\":{\"key\":%s,\"data\":\"@%s\"}}".formatted(meta("iif"), MAP)));
        rates.forEach((link, bits) -> {
            commands.add(table.ofChain("add", chain(link)));
            commands.add(table.ofChain("flush", chain(link)));
            commands.add(table.rule(chain(link), beyond(bits / Byte.SIZE), DROP));
        });
        commands.add(elements(
                "add", rates.keySet().stream().map(link -> "[%d,%s]".formatted(link, jump(chain(link))))));
        return commands;
    }

    private static String beyond(long bytes) {
        return "{\"limit\":{\"rate\":%d,\"rate_unit\":\"bytes\",\"per\":\"second\",\"burst\":%d,\"burst_unit\":\"bytes\",\"inv\":true}}"
                .formatted(bytes, BURST);
    }

    /** Takes the bounds from links that have one. Their chains stay until {@link #drop}. */
    List<String> remove(Set<Integer> links) {
        return links.isEmpty()
                ? List.of()
                : List.of(elements("delete", links.stream().map(String::valueOf)));
    }

    /** Takes the bounds from all links. */
    List<String> flush() {
        return List.of("{\"flush\":{\"map\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), MAP));
    }

    /** Removes the chains of links without bounds. */
    List<String> drop(Set<Integer> links) {
        List<String> commands = new ArrayList<>();
        for (int link : new TreeSet<>(links)) {
            commands.add(table.ofChain("flush", chain(link)));
            commands.add(table.ofChain("delete", chain(link)));
        }
        return commands;
    }

    /** Removes the chain with the hook, whether there is one or not. */
    List<String> unhook() {
        return List.of(hook(), table.ofChain("flush", HOOKED), table.ofChain("delete", HOOKED));
    }

    /** After the check of the source, so that no jail uses up what another one may send. */
    private String hook() {
        return "{\"add\":{\"chain\":{%s,\"name\":\"%s\"%s}}}"
                .formatted(
                        table.in(),
                        HOOKED,
                        GuardTable.hook("prerouting", GuardTable.BEFORE_CONNECTIONS_ARE_TRACKED + 1));
    }

    private static String chain(int link) {
        return CHAIN + link;
    }

    private String elements(String verb, Stream<String> elements) {
        return "{\"%s\":{\"element\":{%s,\"name\":\"%s\",\"elem\":[%s]}}}"
                .formatted(verb, table.in(), MAP, elements.collect(Collectors.joining(",")));
    }
}

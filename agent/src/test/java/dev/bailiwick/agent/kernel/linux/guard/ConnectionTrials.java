package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import java.util.List;
import java.util.Map;

/** Floods from jails with limits of their connections, and to one, on a {@link GuardedNetwork}; prints how many the kernel tracks after each. */
final class ConnectionTrials extends GuardedNetwork {

    static final int LIMIT = 500;
    static final int FLOOD = 3_000;

    /** More than the table has rules that make the kernel track connections. */
    private static final int RESTARTS = 60;

    private static final Limits LIMITED = Limits.NONE.with(Limit.CONNECTIONS, LIMIT);

    private ConnectionTrials() throws Exception {}

    private void limits() throws Exception {
        // No connection expires meanwhile, and each flow of datagrams is a connection.
        shell("sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=600");
        start("a1", "a", LIMITED);
        start("b1", "b", LIMITED);
        start("c1", "c");
        flood("v4", jail("a1").pid(), BEYOND);
        flood("v6", jail("a1").pid(), BEYOND_V6);
        sayReached("filled", "a1");
        sayReached("neighbour", "b1");
        flood("to", beyond, jail("b1").v4());
        sayReached("filled-from-beyond", "b1");
        flood("unlimited", jail("c1").pid(), BEYOND);
        sayReached("unlimited", "c1");

        host.kernel.pools(new AddressPools(POOLS.here(), List.of(AddressRange.parse("198.51.100.0/24"))));
        host.kernel.confirm(jail("a1").id(), 2, "a");
        sayReached("other-pools", "a1");
        sayReached("other-pools-neighbour", "c1");

        start("c2", "c");
        awaitReached("c1", "c2");
        host.kernel.close();
        leaveEarlierSet();
        host.kernel = host.open();
        host.kernel.observe();
        say(
                "earlier-table",
                attempt(
                        jail("c1").pid(),
                        tries(Map.of("c2", List.of(jail("c2").v4(), jail("c2").v6())))));
        for (String name : List.of("a1", "b1")) {
            host.kernel.own(jail(name).id(), name.substring(0, 1));
            host.kernel.limit(jail(name).id(), LIMITED);
        }
        host.kernel.confirm(jail("a1").id(), 2, "a");
        sayReached("next-agent", "a1");
        sayReached("next-agent-neighbour", "c1");

        adjust("a1", Limits.NONE.with(Limit.CONNECTIONS, 4 * LIMIT), "a");
        sayReached("more", "a1");
        adjust("b1", Limits.NONE, "b");
        sayReached("without", "b1");
        System.out.println("> sets used " + setsInUse());
    }

    /** Adds the rule by which agents of earlier versions counted connections, with its set. */
    private void leaveEarlierSet() {
        String counted = "{\"meter\":{\"name\":\"connections\",\"size\":65535,\"key\":{\"meta\":{\"key\":\"iif\"}},"
                + "\"stmt\":{\"ct count\":{\"val\":16384,\"inv\":true}}}}";
        try (Nftables earlier = new Nftables()) {
            earlier.run(GuardTable.commands(
                    List.of(GuardTable.of(host.layout).rule(ConnectionRules.OPENED, counted, NftablesJson.DROP))));
        }
    }

    /** Fills the share of a jail, removes it, and starts another one behind its link. */
    private void handOn() throws Exception {
        start("d1", "d", LIMITED);
        String link = linkOf("d1");
        flood("gone", jail("d1").pid(), BEYOND);
        sayReached("before-handed-on", "d1");
        host.kernel.release(jail("d1").id());
        host.kernel.deleteFiles(
                jail("d1").id(),
                jail("d1").definition().path(),
                jail("d1").definition().base());
        // The next agent begins with the first range that is free; this one would take all others before.
        host.restartAgent();
        for (int i = 0; i < 8; i++) {
            start("e" + i, "e", LIMITED);
            if (linkOf("e" + i).equals(link)) {
                String next = "e" + i;
                await("its connections are forgotten", () -> reached(next).containsValue("reached"));
                sayReached("handed-on", next);
                return;
            }
        }
        throw new AssertionError("no jail got the link " + link);
    }

    /** Writes the table as often as agents do in the life of a host. */
    private void restartOften() throws Exception {
        for (int i = 0; i < RESTARTS; i++) {
            host.restartAgent();
        }
        sayReached("after-restarts", "c1");
    }

    private void adjust(String name, Limits limits, String customer) throws Exception {
        host.kernel.adjust(
                jail(name).id(),
                DefinitionVariant.of(jail(name).definition()).limits(limits).definition());
        host.kernel.confirm(jail(name).id(), 3, customer);
    }

    private String setsInUse() {
        try (Nftables own = new Nftables()) {
            return ConnectionRules.counted(GuardTable.of(host.layout), own).toString();
        }
    }

    private void flood(String what, long from, String to) throws Exception {
        long before = tracked();
        run(List.of(
                "nsenter", "-t", Long.toString(from), "-n", probe.toString(), "flood", to, Integer.toString(FLOOD)));
        System.out.println("> flood " + what + " " + (tracked() - before));
    }

    private static long tracked() {
        return Long.parseLong(Sysctl.read("net/netfilter/nf_conntrack_count"));
    }

    private Map<String, String> reached(String name) throws Exception {
        return attempt(jail(name).pid(), tries(Map.of("beyond", List.of(BEYOND, BEYOND_V6))));
    }

    private void sayReached(String section, String name) throws Exception {
        say(section, reached(name));
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) throws Exception {
        try (ConnectionTrials network = new ConnectionTrials()) {
            network.limits();
            network.handOn();
            network.restartOften();
        }
        System.out.println("> end");
    }
}

package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.network.ResolverFiles;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Prints what each place of a {@link GuardedNetwork} can reach, a line for each try: the try and its result. */
final class GuardTrials extends GuardedNetwork {

    private static final String FREE = "198.18.255.7";
    private static final String FREE_V6 = "fdb1:1::ffff:7";
    private static final List<String> HOST = List.of("192.0.2.2", "10.9.0.2", "169.254.1.1");
    private static final List<String> HOST_V6 = List.of("2001:db8::2", "fd99::2", "fe80::1%eth0");

    private GuardTrials() throws Exception {}

    /** Prints what the jails of a matrix can reach, and what processes outside of jails can reach. */
    private void matrix() throws Exception {
        start("a1", "a");
        start("a2", "a");
        start("b1", "b");
        awaitReached("a1", "a2");
        Map<String, List<String>> inner = new TreeMap<>();
        jails.forEach((name, jail) -> inner.put(name, List.of(jail.v4(), jail.v6())));
        Map<String, List<String>> all = new TreeMap<>(inner);
        all.put("host", Stream.concat(HOST.stream(), HOST_V6.stream()).toList());
        all.put("beyond", List.of(BEYOND, BEYOND_V6));
        all.put("private", List.of(PRIVATE, PRIVATE_V6));
        all.put("free", List.of(FREE, FREE_V6));
        say("jail", attempt(jail("a1").pid(), tries(all)));
        inner.put("beyond", List.of(BEYOND, BEYOND_V6));
        inner.put("private", List.of(PRIVATE, PRIVATE_V6));
        inner.put("free", List.of(FREE, FREE_V6));
        say("from-host", attempt(ProcessHandle.current().pid(), tries(inner)));
        inner.remove("private");
        inner.remove("free");
        inner.put("host", List.of("192.0.2.2", "10.9.0.2", "2001:db8::2", "fd99::2"));
        say("from-beyond", attempt(beyond, tries(inner)));
        List<String> questions = new ArrayList<>();
        for (IpAddress resolver : ResolverFiles.servers()) {
            for (String protocol : List.of("tcp", "udp")) {
                questions.add("resolver/53/" + protocol + "=" + protocol + "," + resolver + ",53");
                questions.add("resolver/5000/" + protocol + "=" + protocol + "," + resolver + ",5000");
            }
        }
        if (!questions.isEmpty()) {
            say("resolver", attempt(jail("a1").pid(), questions));
        }
    }

    /** Gives one of two jails to another customer while the other jail sends to it, and back. */
    private void move() throws Exception {
        Jail moved = jail("a2");
        List<Process> flows = new ArrayList<>();
        for (String address : List.of(moved.v4(), moved.v6())) {
            flows.add(hold(jail("a1").pid(), address));
        }
        sayFlows("before", flows);
        host.kernel.own(moved.id(), "b");
        host.kernel.confirm(moved.id(), 2, "b");
        // Without waiting, as a confirmed generation promises.
        sayFlows("after", flows);
        Map<String, List<String>> all = new TreeMap<>();
        jails.forEach((name, jail) -> all.put(name, List.of(jail.v4(), jail.v6())));
        for (String from : jails.keySet()) {
            say("moved-" + from, attempt(jail(from).pid(), tries(all)));
        }
        host.kernel.own(moved.id(), "a");
        host.kernel.confirm(moved.id(), 3, "a");
        sayFlows("back", flows);
        say("moved-back", attempt(jail("a1").pid(), tries(all)));
    }

    private static void sayFlows(String when, List<Process> flows) throws IOException {
        for (Process flow : flows) {
            flow.outputWriter().append("\n").flush();
            System.out.println("> flow " + when + "-" + flow.pid() + " "
                    + flow.inputReader().readLine());
        }
    }

    /**
     * Sends packets with a neighbour's source address; prints which the host's end of the link drops, and which are dropped without it.
     */
    private void spoof() throws Exception {
        Jail a = jail("a1");
        Jail b = jail("b1");
        shell("sysctl -q -w net.ipv4.conf.all.rp_filter=0");
        attempt(a.pid(), spoofs(a, b, "guarded"));
        String link = linkOf("a1");
        shell("tc qdisc del dev " + link + " ingress; sysctl -q -w net.ipv4.conf." + link + ".rp_filter=0");
        attempt(a.pid(), spoofs(a, b, "by-the-table"));
        System.out.println("> spoof heard " + heard());
    }

    /** Sends a packet to the host whose options route it on to the host's private network. */
    private void sourceRoute() throws Exception {
        shell("sysctl -q -w net.ipv4.conf.all.accept_source_route=1");
        inNamespace(
                beyond,
                "sysctl -q -w net.ipv4.conf.all.accept_source_route=1 net.ipv4.conf.eth0.accept_source_route=1");
        heard();
        attempt(jail("a1").pid(), List.of("x=udp," + PRIVATE + ",5000,,mark-led,192.0.2.2"));
        shell("sysctl -q -w net.ipv4.conf." + linkOf("a1") + ".accept_source_route=1");
        attempt(jail("a1").pid(), List.of("x=udp," + PRIVATE + ",5000,,mark-would-be-led,192.0.2.2"));
        shell("sysctl -q -w net.ipv4.conf.all.accept_source_route=0");
        System.out.println("> led heard " + heard());
    }

    private static List<String> spoofs(Jail a, Jail b, String how) {
        return List.of(
                "s4=udp," + BEYOND + ",5000," + b.v4() + ",mark-spoofed-v4-" + how,
                "s6=udp," + BEYOND_V6 + ",5000," + b.v6() + ",mark-spoofed-v6-" + how,
                "h4=udp," + BEYOND + ",5000," + a.v4() + ",mark-honest-v4-" + how,
                "h6=udp," + BEYOND_V6 + ",5000," + a.v6() + ",mark-honest-v6-" + how);
    }

    private String table() {
        return GuardTable.of(host.layout).name();
    }

    /** Lets one jail open more connections than its maximum; prints the machine's count, and whether a neighbour can still open some. */
    private void flood() throws Exception {
        // The connections do not expire meanwhile.
        shell("sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=600");
        long wanted = HostNetwork.MAX_CONNECTIONS + 2_000L;
        String sent = run(List.of(
                "nsenter",
                "-t",
                Long.toString(jail("a2").pid()),
                "-n",
                probe.toString(),
                "flood",
                BEYOND,
                Long.toString(wanted)));
        System.out.println("> flood " + sent.strip());
        System.out.println("> flood count " + Sysctl.read("net/netfilter/nf_conntrack_count"));
        say("flood", attempt(jail("b1").pid(), tries(Map.of("beyond", List.of(BEYOND)))));
    }

    /** Changes the table as other programs might, with a separate context; the guard must react to each change. */
    private void interfere() throws Exception {
        String in = "\"family\":\"inet\",\"table\":\"" + table() + "\"";
        Map<String, String> deeds = new TreeMap<>(Map.of(
                "table-deleted", "{\"delete\":{\"table\":{\"family\":\"inet\",\"name\":\"" + table() + "\"}}}",
                "rules-flushed", "{\"flush\":{\"table\":{\"family\":\"inet\",\"name\":\"" + table() + "\"}}}",
                "all-flushed", "{\"flush\":{\"ruleset\":null}}",
                "chain-flushed", "{\"flush\":{\"chain\":{" + in + ",\"name\":\"onward\"}}}",
                "customers-flushed", "{\"flush\":{\"map\":{" + in + ",\"name\":\"customers\"}}}",
                "rule-inserted",
                        "{\"insert\":{\"rule\":{" + in + ",\"chain\":\"refuse\",\"expr\":[{\"accept\":null}]}}}"));
        try (Nftables others = new Nftables()) {
            for (Map.Entry<String, String> deed : deeds.entrySet()) {
                long began = System.nanoTime();
                others.run("{\"nftables\":[" + deed.getValue() + "]}");
                awaitRefused("a1", "b1");
                awaitReached("a1", "a2");
                System.out.println("> mended " + deed.getKey() + " " + (System.nanoTime() - began) / 1_000_000);
            }
        }
    }

    /** Prints what is reachable while no agent runs, and with the next one. */
    private void restart() throws Exception {
        Map<String, List<String>> few = new TreeMap<>(Map.of(
                "a2", List.of(jail("a2").v4(), jail("a2").v6()),
                "b1", List.of(jail("b1").v4(), jail("b1").v6()),
                "host", List.of(HOST.getFirst(), HOST_V6.getFirst())));
        host.kernel.close();
        say("without-agent", attempt(jail("a1").pid(), tries(few)));
        host.kernel = host.open();
        host.kernel.observe();
        for (String name : List.of("a1", "a2", "b1")) {
            host.kernel.own(jail(name).id(), name.substring(0, 1));
        }
        say("next-agent", attempt(jail("a1").pid(), tries(few)));
        flood();
        host.kernel.release(jail("b1").id());
        host.kernel.deleteFiles(
                jail("b1").id(),
                jail("b1").definition().path(),
                jail("b1").definition().base());
        start("c1", "c");
        awaitReached("a1", "a2");
        say(
                "next-agent-c",
                attempt(
                        jail("a1").pid(),
                        tries(Map.of("c1", List.of(jail("c1").v4(), jail("c1").v6())))));
    }

    /** Opens a connection from a jail to another one of its customer, and then gives that one's addresses to another customer. */
    private void handOn() throws Exception {
        start("handed", "a");
        awaitReached("a1", "handed");
        Jail gone = jail("handed");
        List<String> tries = List.of(
                "v4/" + gone.v4() + "/udp=udp," + gone.v4() + ",5000,"
                        + jail("a1").v4() + "#40001",
                "v6/" + gone.v6() + "/udp=udp," + gone.v6() + ",5000,"
                        + jail("a1").v6() + "#40001");
        say("before-handed-on", attempt(jail("a1").pid(), tries));
        host.kernel.release(gone.id());
        host.kernel.deleteFiles(
                gone.id(), gone.definition().path(), gone.definition().base());
        start("handed", "e");
        say("handed-on", attempt(jail("a1").pid(), tries));
    }

    /** Tests a host that forwards nothing. */
    private void closed() throws Exception {
        forward("0");
        host.restartAgent();
        sayCapability("forwarding");
        start("d1", "d");
        start("d2", "d");
        awaitReached("d1", "d2");
        heard();
        say(
                "closed",
                attempt(
                        jail("d1").pid(),
                        tries(Map.of(
                                "d2", List.of(jail("d2").v4()),
                                "c1", List.of(jail("c1").v4(), jail("c1").v6()),
                                "beyond", List.of(BEYOND, BEYOND_V6)))));
        attempt(jail("d1").pid(), List.of("x=udp," + BEYOND + ",5000,,mark-left"));
        System.out.println("> closed heard " + heard());
        forward("1");
        host.restartAgent();
        sayCapability("forwarding");
    }

    /**
     * Tests a host whose packet filter drops everything that is not its own, as Docker's engine configures it; then adds the rules that
     * the agent names.
     */
    private void filtered() throws Exception {
        start("a1", "a");
        start("a2", "a");
        awaitReached("a1", "a2");
        sayCapability("forwarding");
        heard();
        String in = "\"family\":\"ip\",\"table\":\"filter\"";
        try (Nftables others = new Nftables()) {
            others.run(
                    "{\"nftables\":[{\"add\":{\"table\":{\"family\":\"ip\",\"name\":\"filter\"}}},{\"add\":{\"chain\":{"
                            + in
                            + ",\"name\":\"FORWARD\",\"type\":\"filter\",\"hook\":\"forward\",\"prio\":0,\"policy\":\"drop\"}}}]}");
            await("it is said", () -> !capability("forwarding").available());
            sayWhatIsPrepared("filtered");
            sayCapability("forwarding");
            say("filtered", attempt(jail("a1").pid(), tries(filteredTargets())));
            others.run("{\"nftables\":[" + accept(in, match("iifname")) + "]}");
            await("it is said", () -> capability("forwarding").available());
            say("half-open", attempt(jail("a1").pid(), tries(filteredTargets())));
            others.run("{\"nftables\":["
                    + accept(
                            in,
                            match("oifname")
                                    + ",{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"state\"}},\"right\":[\"established\",\"related\"]}}")
                    + "]}");
            say("open", attempt(jail("a1").pid(), tries(filteredTargets())));
        }
        sayWhatIsPrepared("open");
        System.out.println("> links left "
                + shell("ip -o link | grep -cE ' bw(p|check)' || true").strip());
        System.out.println("> heard of the probe " + heard().stream().anyMatch(line -> line.contains("198.51.100.")));
    }

    /**
     * Prints a jail's resolv.conf and the duration of a lookup: on a host that forwards, on a host with other rules that drop packets,
     * and on a host that does not forward.
     */
    private void resolvers() throws Exception {
        System.out.println("> system " + host.kernel.facts().operatingSystem());
        sayResolvers("forwarded");
        JailDefinition both = host.definition("only6", "/bin/cat", "/etc/resolv.conf");
        System.out.println("> resolv.conf only-v6 "
                + inOneLine(host.outputOf(DefinitionVariant.of(both)
                        .addresses(IpAddresses.of("fdb1:1::c0:ffee"))
                        .definition())));
        String in = "\"family\":\"inet\",\"table\":\"others\"";
        try (Nftables others = new Nftables()) {
            others.run(
                    "{\"nftables\":[{\"add\":{\"table\":{\"family\":\"inet\",\"name\":\"others\"}}},{\"add\":{\"chain\":{"
                            + in
                            + ",\"name\":\"forward\",\"type\":\"filter\",\"hook\":\"forward\",\"prio\":0,\"policy\":\"drop\"}}}]}");
            await("it is said", () -> !capability("forwarding").available());
            sayResolvers("filtered");
            sayLookup("filtered");
            others.run("{\"nftables\":[{\"delete\":{\"table\":{\"family\":\"inet\",\"name\":\"others\"}}}]}");
        }
        forward("0");
        host.restartAgent();
        sayResolvers("closed");
        sayLookup("closed");
        shell("ip addr add 192.0.2.3/32 dev lo");
        sayResolvers("own");
    }

    private void sayResolvers(String when) throws Exception {
        sayCapability("resolvers");
        System.out.println("> resolv.conf " + when + " " + inOneLine(host.outputOf(when, "cat /etc/resolv.conf")));
    }

    private void sayLookup(String when) throws Exception {
        System.out.println("> lookup " + when + " "
                + host.outputOf(when + "-lookup", "timeout 5 getent hosts mirror.example.org; echo $?")
                        .strip());
    }

    private static String inOneLine(String text) {
        return text.strip().replace("\n", "|");
    }

    private Map<String, List<String>> filteredTargets() {
        return Map.of("a2", List.of(jail("a2").v4(), jail("a2").v6()), "beyond", List.of(BEYOND, BEYOND_V6));
    }

    private static void sayWhatIsPrepared(String when) throws Exception {
        shell("../deploy/prepare-host.sh --check || true")
                .lines()
                .filter(line -> line.contains("packets that jails send to each other"))
                .forEach(line -> System.out.println("> check " + when + " " + line));
    }

    private static String match(String end) {
        return "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"" + end + "\"}},\"right\":\"bw*\"}}";
    }

    private static String accept(String in, String matches) {
        return "{\"insert\":{\"rule\":{" + in + ",\"chain\":\"FORWARD\",\"expr\":[" + matches
                + ",{\"accept\":null}]}}}";
    }

    /** Tests a host without libnftables. */
    private void unguarded() throws IOException {
        sayCapability("network.guard");
        try {
            host.start(host.newId(), host.definition("none", "/bin/sleep", "1"));
            System.out.println("> unguarded start started");
        } catch (KernelRefusal e) {
            System.out.println("> unguarded start " + e.reason());
        }
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) throws Exception {
        try (GuardTrials network = new GuardTrials()) {
            if (arguments[0].equals("unguarded")) {
                network.unguarded();
            } else if (arguments[0].equals("resolvers")) {
                network.resolvers();
            } else if (arguments[0].equals("filtered")) {
                network.filtered();
            } else {
                network.sayCapability("network.guard");
                network.matrix();
                network.move();
                network.sourceRoute();
                network.spoof();
                network.interfere();
                network.restart();
                network.handOn();
                network.closed();
            }
        }
        System.out.println("> end");
    }
}

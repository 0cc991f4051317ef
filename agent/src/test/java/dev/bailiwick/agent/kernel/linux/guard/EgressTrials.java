package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.Egress.Way;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.firewall.Firewall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Prints what jails of pools with different egress reach, and what reaches them, a line for each try. */
final class EgressTrials extends GuardedNetwork {

    private static final String METADATA = "169.254.169.254";

    private static final Map<String, List<String>> RANGES = Map.of(
            "routed", List.of("198.19.0.0/24", "fdb1:19::/64"),
            "mute", List.of("198.19.1.0/24", "fdb1:19:1::/64"),
            "masked", List.of("172.31.0.0/24", "fd31::/64"),
            "closed", List.of("172.31.1.0/24", "fd31:1::/64"));

    private static final Map<String, Egress> EGRESSES = Map.of(
            "routed",
            Egress.OPEN,
            "mute",
            new Egress(Way.ROUTED, false),
            "masked",
            new Egress(Way.MASQUERADE, false),
            "closed",
            Egress.CLOSED);

    private static final JailNetwork NO_MAIL = new JailNetwork(OutgoingMail.REFUSED, Firewall.OPEN);

    private EgressTrials() throws Exception {}

    private static AddressPools pools(Map<String, Egress> egresses) {
        Map<AddressRange, Egress> all = new HashMap<>();
        RANGES.forEach((name, ranges) -> ranges.forEach(
                range -> all.put(AddressRange.parse(range), egresses.getOrDefault(name, Egress.CLOSED))));
        return new AddressPools(
                List.copyOf(all.keySet()),
                List.of(),
                all,
                List.of(),
                new ResolverDefaults(
                        List.of(), new ResolverConfiguration(List.of(IpAddress.parse(BEYOND)), List.of(), List.of())));
    }

    private static Map<String, Egress> but(String name, Egress egress) {
        Map<String, Egress> changed = new HashMap<>(EGRESSES);
        changed.put(name, egress);
        return changed;
    }

    private void prepare() throws Exception {
        inNamespace(beyond, "ip addr add " + METADATA + "/32 dev lo");
        shell("ip route add " + METADATA + " via " + BEYOND);
        host.kernel.pools(pools(EGRESSES));
        start("routed", "a", "198.19.0.7", "fdb1:19::7");
        start("barred", "f", NO_MAIL, "198.19.0.9", "fdb1:19::9");
        start("mute", "b", "198.19.1.7", "fdb1:19:1::7");
        start("masked", "c", "172.31.0.7", "fd31::7");
        start("sibling", "c", "172.31.0.8", "fd31::8");
        start("closed", "d", "172.31.1.7", "fd31:1::7");
        start("unknown", "e", "198.51.100.7", "2001:db8:7::7");
        awaitReached("masked", "sibling");
    }

    private Map<String, List<String>> addresses() {
        Map<String, List<String>> all = new TreeMap<>();
        jails.forEach((name, jail) -> all.put(name, List.of(jail.v4(), jail.v6())));
        return all;
    }

    private Map<String, List<String>> beyondJails() {
        return Map.of(
                "beyond", List.of(BEYOND, BEYOND_V6),
                "private", List.of(PRIVATE, PRIVATE_V6),
                "metadata", List.of(METADATA));
    }

    private static List<String> mail() {
        return List.of(
                "mail/" + BEYOND + "/tcp=tcp," + BEYOND + ",25", "mail/" + BEYOND_V6 + "/tcp=tcp," + BEYOND_V6 + ",25");
    }

    private void sayFrom(String section, String name) throws Exception {
        Map<String, List<String>> all = addresses();
        all.putAll(beyondJails());
        all.put("host", List.of("192.0.2.2", "10.9.0.2", "2001:db8::2", "fd99::2"));
        all.remove(name);
        List<String> tries = new ArrayList<>(tries(all));
        tries.addAll(mail());
        tries.add("dns/" + BEYOND + "/udp=udp," + BEYOND + ",53");
        say(section, attempt(jail(name).pid(), tries));
    }

    private void matrix() throws Exception {
        for (String name : jails.keySet()) {
            sayFrom(name, name);
        }
        say("from-beyond", attempt(beyond, tries(addresses())));
        Map<String, List<String>> all = addresses();
        all.putAll(beyondJails());
        List<String> tries = new ArrayList<>(tries(all));
        tries.addAll(mail());
        say("from-host", attempt(ProcessHandle.current().pid(), tries));
    }

    private void sources() throws Exception {
        heard();
        for (String name : List.of("routed", "masked")) {
            attempt(
                    jail(name).pid(),
                    List.of(
                            "v4=udp," + BEYOND + ",5000,,mark-v4-" + name,
                            "v6=udp," + BEYOND_V6 + ",5000,,mark-v6-" + name));
        }
        heard().forEach(line -> System.out.println("> " + line));
    }

    /** Keeps connections in both directions while the pool of a jail is closed, and prints how they fare. */
    private void closeAPool() throws Exception {
        List<Process> flows = new ArrayList<>();
        for (String address : List.of(BEYOND, BEYOND_V6)) {
            flows.add(hold(jail("routed").pid(), address));
        }
        for (String address : List.of(jail("routed").v4(), jail("routed").v6())) {
            flows.add(hold(beyond, address));
        }
        sayFlows("open", flows);
        change(but("routed", Egress.CLOSED));
        sayFlows("closed", flows);
        sayFrom("routed-closed", "routed");
        change(but("routed", new Egress(Way.MASQUERADE, true)));
        sayFrom("routed-masked", "routed");
        say("from-beyond-masked", attempt(beyond, tries(addresses())));
        change(EGRESSES);
        sayFrom("routed-again", "routed");
        sayFlows("again", flows);
    }

    /** Changes pools as the server does, and waits as the next start does. */
    private void change(Map<String, Egress> egresses) {
        host.kernel.pools(pools(egresses));
        host.kernel.own(jail("routed").id(), "a");
        host.kernel.confirm(jail("routed").id(), 2, "a");
    }

    /** Puts a jail on a plan with mail, and back on one without it while it sends. */
    private void changeThePlan() throws Exception {
        planSays(OutgoingMail.BY_POOL);
        List<Process> flows = new ArrayList<>();
        for (String address : List.of(BEYOND, BEYOND_V6)) {
            flows.add(hold(jail("barred").pid(), address, 25, "tcp"));
        }
        sayFlows("mail-allowed", flows);
        sayFrom("barred-allowed", "barred");
        planSays(OutgoingMail.REFUSED);
        sayFlows("mail-refused", flows);
        sayFrom("barred-refused", "barred");
    }

    private void planSays(OutgoingMail mail) {
        host.kernel.own(jail("barred").id(), "f", new JailNetwork(mail, Firewall.OPEN));
        host.kernel.confirm(jail("barred").id(), 2, "f");
    }

    private void sayFlows(String when, List<Process> flows) throws Exception {
        for (Process flow : flows) {
            flow.outputWriter().append("\n").flush();
            System.out.println("> flow " + when + "/" + flow.pid() + " "
                    + flow.inputReader().readLine());
        }
    }

    private void resolvers() throws Exception {
        for (String range : List.of("closed", "masked")) {
            String v4 = RANGES.getOrDefault(range, List.of()).getFirst().replace("0/24", "77");
            String resolvers =
                    host.outputOf(DefinitionVariant.of(host.definition("asks-" + range, "/bin/cat", "/etc/resolv.conf"))
                            .addresses(IpAddresses.of(v4))
                            .definition());
            System.out.println("> resolv.conf " + range + " "
                    + resolvers.lines().findFirst().orElse(""));
        }
    }

    private void restart() throws Exception {
        host.kernel.close();
        sayFrom("masked-without-agent", "masked");
        sayFrom("closed-without-agent", "closed");
        sayFrom("barred-without-agent", "barred");
        sayFrom("routed-without-agent", "routed");
        host.kernel = host.open();
        host.kernel.observe();
        host.kernel.own(jail("masked").id(), "c");
        host.kernel.own(jail("sibling").id(), "c");
        host.kernel.own(jail("routed").id(), "a");
        host.kernel.own(jail("barred").id(), "f", NO_MAIL);
        awaitReached("masked", "sibling");
        sayFrom("masked-next-agent", "masked");
        sayFrom("closed-next-agent", "closed");
        sayFrom("barred-next-agent", "barred");
        sayFrom("routed-next-agent", "routed");
        say("from-beyond-next-agent", attempt(beyond, tries(addresses())));
    }

    private void interfere() throws Exception {
        try (Nftables others = new Nftables()) {
            others.run("{\"nftables\":[{\"flush\":{\"ruleset\":null}}]}");
            awaitRefused("closed", "masked");
            awaitReached("masked", "sibling");
            sayFrom("masked-mended", "masked");
            sayFrom("closed-mended", "closed");
            sayFrom("barred-mended", "barred");
            sayFrom("routed-mended", "routed");
        }
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) throws Exception {
        try (EgressTrials network = new EgressTrials()) {
            network.prepare();
            network.matrix();
            network.sources();
            network.resolvers();
            network.closeAPool();
            network.changeThePlan();
            network.restart();
            network.interfere();
        }
        System.out.println("> end");
    }
}

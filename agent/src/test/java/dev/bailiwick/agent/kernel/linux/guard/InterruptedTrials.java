package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.Egress.Way;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.firewall.Firewall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Ends an agent before each transaction of a change, and prints what is reached then that neither the state before nor the one afterwards
 * lets pass. The library of nftables is one that stops where the trial says.
 */
final class InterruptedTrials extends GuardedNetwork {

    private static final UUID NETWORK = UUID.fromString("0198f0a0-0000-7000-8000-00000000000d");
    private static final String HOST = "192.0.2.2";
    private static final String HOST_V6 = "2001:db8::2";
    private static final int ALL = -1;
    private static final int MAX_STEPS = 12;

    private static final Firewall SOME = FirewallTrials.firewall(
            "in reject udp - network:" + NETWORK,
            "in allow tcp 5000 any",
            "in reject any - any",
            "out reject icmp - any");

    private static final Firewall OTHERS = FirewallTrials.firewall(
            "in reject tcp - any", "in allow udp 5000 any", "in reject any - any", "out reject tcp - any");

    private final Path steps = Path.of(System.getenv("LIBNFTABLES_STEPS"));
    private final ExecutorService places = Executors.newVirtualThreadPerTaskExecutor();

    private InterruptedTrials() throws Exception {}

    /**
     * What an agent knows of jails and of what is around them.
     *
     * @param firewalls the rules of jails by name; a jail that is not named has none
     * @param members the names of the jails in a network
     */
    private record Sent(Way way, boolean publishes, Map<String, Firewall> firewalls, List<String> members) {

        private static final Sent PLAIN = new Sent(Way.ROUTED, false, Map.of("web", SOME), List.of());

        private Sent rules(Firewall rules, String... jails) {
            return new Sent(
                    way, publishes, Stream.of(jails).collect(Collectors.toMap(jail -> jail, _ -> rules)), members);
        }

        private Sent egress(Way other) {
            return new Sent(other, publishes, firewalls, members);
        }

        private Sent publishing() {
            return new Sent(way, true, firewalls, members);
        }

        private Sent members(String... jails) {
            return new Sent(way, publishes, firewalls, List.of(jails));
        }
    }

    private void allow(int transactions) throws Exception {
        Path next = steps.resolveSibling("next");
        Files.writeString(next, transactions + "\n");
        Files.move(next, steps, StandardCopyOption.ATOMIC_MOVE);
    }

    private int left() throws Exception {
        return Integer.parseInt(Files.readString(steps).strip());
    }

    private AddressPools pools(Sent sent, List<AddressRange> elsewhere) {
        List<PublishedPort> ports = new ArrayList<>();
        if (sent.publishes) {
            ports.add(port(HOST, jail("web").v4()));
            ports.add(port(HOST_V6, jail("web").v6()));
        }
        return new AddressPools(
                POOLS.here(),
                elsewhere,
                POOLS.here().stream().collect(Collectors.toMap(range -> range, _ -> new Egress(sent.way, false))),
                ports,
                ResolverDefaults.NONE);
    }

    private static PublishedPort port(String address, String jail) {
        return new PublishedPort(
                PublishedPort.Protocol.TCP, IpAddress.parse(address), 8080, IpAddress.parse(jail), 5000);
    }

    /** Says all of it, and waits until the kernel has it. */
    private void send(Sent sent) {
        host.kernel.pools(pools(sent, List.of()));
        host.kernel.networks(List.of(new SharedNetwork(
                NETWORK.toString(),
                "a",
                sent.members.stream().map(name -> jail(name).id()).collect(Collectors.toSet()),
                Set.of())));
        jails.forEach((name, jail) -> host.kernel.own(
                jail.id(),
                name.equals("other") ? "b" : "a",
                new JailNetwork(OutgoingMail.BY_POOL, sent.firewalls.getOrDefault(name, Firewall.OPEN))));
        host.kernel.confirm(jail("web").id(), 2, "a");
    }

    private void sendAsFarAsPossible(Sent sent) {
        try {
            send(sent);
        } catch (KernelRefusal stopped) {
            System.out.println("stopped: " + stopped.getMessage());
        }
    }

    /** Returns everything that is reached, in both directions. */
    private Set<String> reached() throws Exception {
        Map<String, List<String>> web =
                Map.of("web", List.of(jail("web").v4(), jail("web").v6()));
        Map<String, Future<Map<String, String>>> all = new TreeMap<>();
        for (String name : List.of("friend", "third", "other")) {
            all.put(name, places.submit(() -> attempt(jail(name).pid(), tries(web))));
        }
        List<String> fromBeyond = new ArrayList<>(tries(web));
        fromBeyond.add("port/v4=tcp," + HOST + ",8080");
        fromBeyond.add("port/v6=tcp," + HOST_V6 + ",8080");
        all.put("beyond", places.submit(() -> attempt(beyond, fromBeyond)));
        Map<String, List<String>> out = Map.of(
                "beyond", List.of(BEYOND, BEYOND_V6),
                "friend", List.of(jail("friend").v4(), jail("friend").v6()));
        all.put("web", places.submit(() -> attempt(jail("web").pid(), tries(out))));
        Set<String> reached = new TreeSet<>();
        for (Map.Entry<String, Future<Map<String, String>>> place : all.entrySet()) {
            place.getValue().get().forEach((what, outcome) -> {
                if (outcome.equals("reached")) {
                    reached.add(place.getKey() + "-to-" + what);
                }
            });
        }
        return reached;
    }

    /** As {@link #reached}, also what a busy machine has answered too late once. */
    private Set<String> allReached() throws Exception {
        Set<String> all = reached();
        all.addAll(reached());
        return all;
    }

    private void awaitReached(String when, Set<String> wanted) throws Exception {
        await(when + " reaches what it is to reach", () -> reached().equals(wanted));
        System.out.println("> converged " + when);
    }

    private void sayMore(String when, Set<String> allowed) throws Exception {
        Set<String> more = reached();
        more.removeAll(allowed);
        more.forEach(what -> System.out.println("> more " + when + " " + what));
        System.out.println("> looked " + when + " " + allowed.size());
    }

    private void change(String name, Sent before, Sent after) throws Exception {
        send(after);
        Set<String> afterwards = allReached();
        send(before);
        Set<String> allowed = allReached();
        System.out.println("> differs " + name + " " + !allowed.equals(afterwards));
        allowed.addAll(afterwards);
        boolean whole = false;
        for (int step = 0; !whole; step++) {
            if (step > MAX_STEPS) {
                throw new AssertionError(name + " takes more than " + MAX_STEPS + " transactions");
            }
            String when = name + "-" + step;
            allow(step);
            sendAsFarAsPossible(after);
            whole = left() > 0;
            allow(0);
            sayMore(when + "-stopped", allowed);
            host.kernel.close();
            allow(ALL);
            host.kernel = host.open();
            host.kernel.observe();
            // The whole table is replaced before the agent knows whose jails run.
            host.kernel.pools(pools(after, List.of(AddressRange.parse("198.51.100.0/24"))));
            host.kernel.confirm(jail("other").id(), 2, "b");
            sayMore(when + "-next", allowed);
            send(after);
            awaitReached(when + "-next", afterwards);

            send(before);
            allow(step);
            sendAsFarAsPossible(after);
            allow(0);
            empty();
            allow(ALL);
            awaitReached(when + "-emptied", afterwards);
            send(before);
            System.out.println("> steps " + name + " " + step);
        }
    }

    /** Removes all rules, as another program would. */
    private static void empty() {
        try (Nftables others = new Nftables()) {
            others.run("{\"nftables\":[{\"flush\":{\"ruleset\":null}}]}");
        }
    }

    private static Firewall filled(Firewall rules) {
        return new Firewall(Stream.concat(
                        Collections.nCopies(
                                Firewall.MAX_TOGETHER - rules.rules().size(),
                                FirewallTrials.firewall("in allow tcp 1 any")
                                        .rules()
                                        .getFirst())
                                .stream(),
                        rules.rules().stream())
                .toList());
    }

    private void run() throws Exception {
        for (String name : List.of("friend", "third", "web")) {
            start(name, "a");
        }
        start("other", "b");
        change("firewall", Sent.PLAIN, Sent.PLAIN.rules(OTHERS, "web"));
        String[] all = {"web", "friend", "third", "other"};
        change("customer", Sent.PLAIN.rules(filled(SOME), all), Sent.PLAIN.rules(filled(OTHERS), all));
        Sent closed = Sent.PLAIN.egress(Way.CLOSED);
        change("port", closed, closed.publishing());
        change("withdrawal", closed.publishing(), closed);
        change("network", Sent.PLAIN.members("web", "friend"), Sent.PLAIN.members("web", "third"));
        change("pool", Sent.PLAIN, closed);
    }

    @Override
    public void close() throws IOException {
        super.close();
        places.close();
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) throws Exception {
        try (InterruptedTrials network = new InterruptedTrials()) {
            network.run();
        }
        System.out.println("> end");
    }
}

package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.linux.network.ResolverFiles;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Flow;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;
import dev.bailiwick.jail.firewall.RuleCount;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints what jails with rules reach and who reaches them, a line for each try, and what the model of the rules says of it. */
final class FirewallTrials extends GuardedNetwork {

    private static final List<String> PROTOCOLS = List.of("tcp", "udp", "icmp");

    private static final UUID ALL = UUID.fromString("0198f0a0-0000-7000-8000-00000000000a");
    private static final UUID SOME = UUID.fromString("0198f0a0-0000-7000-8000-00000000000b");
    private static final UUID REMOTE = UUID.fromString("0198f0a0-0000-7000-8000-00000000000c");

    /** The networks whose members the ends of connections are. */
    private Map<String, Set<UUID>> memberships = Map.of();

    private FirewallTrials() throws Exception {}

    /** A rule as {@code direction action protocol ports peer}, with {@code -} for all ports. */
    static Firewall firewall(String... rules) {
        return new Firewall(Stream.of(rules)
                .map(rule -> rule.split(" "))
                .map(words -> new FirewallRule(
                        Direction.parse(words[0]),
                        FirewallAction.parse(words[1]),
                        Protocol.parse(words[2]),
                        words[3].equals("-") ? Ports.ALL : Ports.parse(words[3]),
                        Peer.parse(words[4]),
                        ""))
                .toList());
    }

    private Firewall rules() {
        return firewall(
                "in allow tcp 25,4000-5000 world",
                "in allow any - jail:" + jail("friend").id(),
                "in reject udp - world",
                "in drop any - any",
                "out allow tcp 5000 any",
                "out reject udp 5000 " + BEYOND,
                "out reject udp 5000 2001:db8::/32",
                "out drop icmp - any",
                "out allow udp 1-4999,5001-65535 any",
                "out reject tcp - world");
    }

    private void own(String name, String customer, Firewall firewall) {
        host.kernel.own(jail(name).id(), customer, new JailNetwork(OutgoingMail.BY_POOL, firewall));
        host.kernel.confirm(jail(name).id(), 2, customer);
    }

    private Map<String, List<String>> addressesOf(String... names) {
        Map<String, List<String>> all = new TreeMap<>();
        for (String name : names) {
            all.put(name, List.of(jail(name).v4(), jail(name).v6()));
        }
        return all;
    }

    private void prepare() throws Exception {
        start("friend", "a");
        start("third", "a");
        start("other", "b");
        start("web", "a", new JailNetwork(OutgoingMail.BY_POOL, rules()), "198.18.7.1", "fdb1:1::7:1");
        // Otherwise the source would be the private address, which is not the world's.
        inNamespace(beyond, "ip -6 route replace " + jail("web").v6() + " via 2001:db8::2 src " + BEYOND_V6);
        awaitReached("friend", "third");
    }

    /** Tries everything in both directions, and says what the model thinks of it. */
    private void matrix(String when, Firewall firewall) throws Exception {
        Map<String, List<String>> ends = addressesOf("friend", "third");
        ends.put("beyond", List.of(BEYOND, BEYOND_V6));
        List<String> out = new ArrayList<>(tries(ends));
        for (String address : List.of(BEYOND, BEYOND_V6)) {
            out.add("mail/" + address + "/tcp=tcp," + address + ",25");
        }
        say("out-" + when, attempt(jail("web").pid(), out));
        say("in-" + when + "-friend", attempt(jail("friend").pid(), tries(addressesOf("web"))));
        say("in-" + when + "-third", attempt(jail("third").pid(), tries(addressesOf("web"))));
        say("in-" + when + "-beyond", attempt(beyond, tries(addressesOf("web"))));

        Map<String, String> said = new TreeMap<>();
        ends.forEach((name, addresses) -> addresses.forEach(address -> PROTOCOLS.forEach(protocol -> {
            said.put(
                    "out-" + when + "/" + name + "/" + address + "/" + protocol,
                    decision(firewall, Direction.OUT, protocol, name, address));
            said.put(
                    "in-" + when + "-" + name + "/" + address + "/" + protocol,
                    decision(firewall, Direction.IN, protocol, name, address));
        })));
        say("model", said);
    }

    private String decision(Firewall firewall, Direction direction, String protocol, String name, String address) {
        Optional<JailId> peer = Optional.ofNullable(jails.get(name)).map(Jail::id);
        Protocol parsed = Protocol.parse(protocol);
        OptionalInt rule = firewall.deciding(new Flow(
                direction,
                parsed,
                IpAddress.parse(address),
                peer,
                memberships.getOrDefault(name, Set.of()),
                peer.isEmpty(),
                false,
                parsed.hasPorts() ? OptionalInt.of(5000) : OptionalInt.empty()));
        return rule.isEmpty()
                ? "allow"
                : firewall.rules().get(rule.getAsInt()).action().toString();
    }

    private void others() throws Exception {
        Map<String, List<String>> ends = new TreeMap<>(Map.of("beyond", List.of(BEYOND, BEYOND_V6)));
        say("other-out", attempt(jail("other").pid(), tries(ends)));
        say("other-in", attempt(beyond, tries(addressesOf("other"))));
        ends.putAll(addressesOf("web"));
        say("other-web", attempt(jail("other").pid(), tries(addressesOf("web"))));
        say("from-host", attempt(ProcessHandle.current().pid(), tries(addressesOf("web"))));
    }

    /** Rules that allow everything, also from and to a jail of another customer by its name. */
    private void widest() throws Exception {
        String other = "jail:" + jail("other").id();
        own(
                "web",
                "a",
                firewall(
                        "in allow any - " + other,
                        "out allow any - " + other,
                        "in allow any - any",
                        "out allow any - any"));
        say("wide-from", attempt(jail("other").pid(), tries(addressesOf("web"))));
        Map<String, List<String>> refused = addressesOf("other");
        refused.put("private", List.of(PRIVATE, PRIVATE_V6));
        refused.put("host", List.of("192.0.2.2", "2001:db8::2"));
        say("wide-to", attempt(jail("web").pid(), tries(refused)));
        say("wide-beyond", attempt(jail("web").pid(), tries(Map.of("beyond", List.of(BEYOND, BEYOND_V6)))));
    }

    /** Rules of the customer, which come before those of the jail. */
    private void customer() throws Exception {
        Firewall ofCustomer = firewall("in reject tcp - world", "out allow udp - any", "in allow icmp - any");
        JailNetwork network = new JailNetwork(OutgoingMail.BY_POOL, ofCustomer, rules());
        host.kernel.own(jail("web").id(), "a", network);
        host.kernel.confirm(jail("web").id(), 2, "a");
        matrix("customer", network.rules());
        own("web", "a", rules());
    }

    /** Fragments, of which only the first has ports, and packets that pretend to be from whom a rule allows. */
    private void escapes() throws Exception {
        Jail friend = jail("friend");
        own(
                "web",
                "a",
                firewall(
                        "in allow udp 5000 " + friend.v4(),
                        "in allow udp 5000 " + friend.v6(),
                        "in reject udp 53 any",
                        "in drop any - any"));
        String long1 = "x".repeat(4_000);
        for (String port : List.of("5000", "53")) {
            List<String> tries = new ArrayList<>();
            for (String address : List.of(jail("web").v4(), jail("web").v6())) {
                tries.add("web/" + address + "/udp=udp," + address + "," + port + ",," + long1);
            }
            say("fragments-" + port, attempt(friend.pid(), tries));
        }
        heard();
        for (String name : List.of("third", "friend")) {
            attempt(
                    jail(name).pid(),
                    List.of(
                            "v4=udp," + jail("web").v4() + ",5000," + friend.v4() + ",mark-v4-" + name,
                            "v6=udp," + jail("web").v6() + ",5000," + friend.v6() + ",mark-v6-" + name));
        }
        heard().forEach(line -> System.out.println("> " + line));
        own("web", "a", rules());
    }

    /** Closes a jail that is connected to, in both directions. */
    private void change() throws Exception {
        List<Process> in = new ArrayList<>();
        List<Process> out = new ArrayList<>();
        for (String address : List.of(jail("web").v4(), jail("web").v6())) {
            in.add(hold(beyond, address, 5000, "tcp"));
        }
        for (String address : List.of(BEYOND, BEYOND_V6)) {
            out.add(hold(jail("web").pid(), address, 5000, "tcp"));
        }
        sayFlows("open-in", in);
        sayFlows("open-out", out);
        Firewall closed = firewall("in drop any - any");
        own("web", "a", closed);
        sayFlows("closed-in", in);
        sayFlows("closed-out", out);
        matrix("nothing-in", closed);

        own("web", "a", firewall("out drop any - any"));
        List<String> questions = new ArrayList<>();
        for (IpAddress resolver : ResolverFiles.servers()) {
            for (String protocol : List.of("tcp", "udp")) {
                questions.add("dns/" + resolver + "/" + protocol + "=" + protocol + "," + resolver + ",53");
            }
        }
        if (!questions.isEmpty()) {
            say("resolvers", attempt(jail("web").pid(), questions));
        }
        say("all-out", attempt(jail("web").pid(), tries(Map.of("beyond", List.of(BEYOND, BEYOND_V6)))));
        counts();
        own("web", "a", Firewall.OPEN);
        matrix("open", Firewall.OPEN);
        own("web", "a", rules());
        matrix("again", rules());
    }

    /** Counts of a rule that matches nothing, of one for each family, and of one that does not hold. */
    private void counts() throws Exception {
        Firewall counted = firewall("in drop tcp 4999 any", "in reject udp 5000 world", "out allow any - any");
        own("web", "a", counted);
        for (int i = 0; i < 2; i++) {
            attempt(
                    beyond,
                    List.of(
                            "x=udp," + jail("web").v4() + ",5000",
                            "y=udp," + jail("web").v6() + ",5000"));
        }
        List<RuleCount> counts = host.kernel.counts(jail("web").id(), counted);
        for (int at = 0; at < counts.size(); at++) {
            System.out.println("> count " + at + " " + counts.get(at).packets() + " "
                    + counts.get(at).bytes());
        }
        System.out.println("> count others "
                + host.kernel
                        .counts(jail("web").id(), firewall("in drop any - any"))
                        .size());
        System.out.println("> count open "
                + host.kernel.counts(jail("friend").id(), counted).size());
    }

    /** Rules about networks: one with jails here, and one whose only member is on another host, which is the end beyond. */
    private void networks() throws Exception {
        untold();
        Firewall named = firewall(
                "in reject tcp - network:" + SOME,
                "in drop any - network:" + SOME,
                "out reject any - network:" + SOME,
                "in drop icmp - network:" + REMOTE,
                "out reject udp - network:" + REMOTE);
        own("web", "a", named);
        join("a", List.of("friend"), List.of(BEYOND, BEYOND_V6));
        memberships = Map.of("friend", Set.of(ALL, SOME), "third", Set.of(ALL), "beyond", Set.of(REMOTE));
        matrix("networks", named);
        host.kernel.close();
        host.kernel = host.open();
        host.kernel.observe();
        known(named);
        matrix("later-networks", named);
        say("named", attempt(jail("friend").pid(), tries(addressesOf("web"))));
        join("a", List.of("third"), List.of());
        memberships = Map.of("friend", Set.of(ALL), "third", Set.of(ALL, SOME));
        matrix("members", named);
        join("b", List.of("friend", "third"), List.of(BEYOND, BEYOND_V6));
        memberships = Map.of();
        matrix("foreign", named);
        host.kernel.networks(List.of());
        own("web", "a", rules());
    }

    /** Rules about networks of which nothing was said yet: those that refuse hold for everybody, those that allow for nobody. */
    private void untold() throws Exception {
        Firewall untold = firewall(
                "in allow udp - network:" + ALL,
                "in drop udp - any",
                "in reject tcp - network:" + SOME,
                "in drop icmp - network:" + SOME,
                "out allow icmp - network:" + ALL,
                "out reject any - network:" + REMOTE);
        own("web", "a", untold);
        memberships =
                Map.of("friend", Set.of(SOME, REMOTE), "third", Set.of(SOME, REMOTE), "beyond", Set.of(SOME, REMOTE));
        matrix("untold", untold);
    }

    private void join(String owner, List<String> some, List<String> remote) {
        host.kernel.networks(List.of(
                network(ALL, "a", List.of("web", "friend", "third"), List.of()),
                network(SOME, owner, some, List.of()),
                network(REMOTE, owner, List.of(), remote)));
        host.kernel.confirm(jail("web").id(), 2, "a");
    }

    private SharedNetwork network(UUID id, String owner, List<String> members, List<String> remote) {
        return new SharedNetwork(
                id.toString(),
                owner,
                members.stream().map(name -> jail(name).id()).collect(Collectors.toSet()),
                remote.stream().map(IpAddress::parse).collect(Collectors.toSet()));
    }

    private void sayFlows(String when, List<Process> flows) throws Exception {
        for (Process flow : flows) {
            flow.outputWriter().append("\n").flush();
            System.out.println("> flow " + when + "/" + flow.pid() + " "
                    + flow.inputReader().readLine());
        }
    }

    private void restart() throws Exception {
        host.kernel.close();
        matrix("without-agent", rules());
        host.kernel = host.open();
        host.kernel.observe();
        // The whole table is replaced before the agent knows whose jails run.
        host.kernel.pools(new AddressPools(POOLS.here(), List.of(AddressRange.parse("198.51.100.0/24"))));
        host.kernel.confirm(jail("friend").id(), 2, "a");
        say("unknown-out", attempt(jail("web").pid(), tries(Map.of("beyond", List.of(BEYOND, BEYOND_V6)))));
        say("unknown-in", attempt(beyond, tries(addressesOf("web"))));
        say("unknown-other", attempt(beyond, tries(addressesOf("other"))));
        known(rules());
        matrix("next-agent", rules());
        // Together these are more than one transaction has.
        Firewall many = firewall(
                Collections.nCopies(Firewall.MAX_TOGETHER, "in allow tcp 1 any").toArray(String[]::new));
        own("friend", "a", many);
        own("third", "a", many);
        own("other", "b", many);
        empty();
        awaitRefused("third", "web");
        awaitReached("friend", "third");
        matrix("mended", rules());

        host.kernel.close();
        empty();
        host.kernel = host.open();
        host.kernel.observe();
        known(rules());
        matrix("rebuilt", rules());
    }

    /** Names the owners and the rules, as the agent does from its disk. */
    private void known(Firewall firewall) throws Exception {
        host.kernel.own(jail("friend").id(), "a");
        host.kernel.own(jail("third").id(), "a");
        own("web", "a", firewall);
        awaitReached("friend", "third");
    }

    /** Removes all rules, as another program would. */
    private static void empty() {
        try (Nftables others = new Nftables()) {
            others.run("{\"nftables\":[{\"flush\":{\"ruleset\":null}}]}");
        }
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) throws Exception {
        try (FirewallTrials network = new FirewallTrials()) {
            network.prepare();
            network.matrix("first", network.rules());
            network.others();
            network.widest();
            network.customer();
            network.escapes();
            network.change();
            network.networks();
            network.restart();
        }
        System.out.println("> end");
    }
}

package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.desired.SharedNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Prints what the jails of two hosts reach in networks of their customers, a line for each try. */
final class NetworkTrials extends GuardedNetwork {

    private static final int MANY = 1_000;

    private final Process remote;
    private final BufferedReader answers;
    private final Map<String, Remote> remotes = new TreeMap<>();
    private final Map<String, String> owners = new TreeMap<>();

    /** A jail of the other host. */
    private record Remote(JailId id, int pid, String v4, String v6) {}

    private NetworkTrials() throws Exception {
        inNamespace(beyond, "sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
        remote = new ProcessBuilder(
                        "nsenter",
                        "-t",
                        Long.toString(beyond),
                        "-n",
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RemoteHost.class.getName())
                .redirectErrorStream(true)
                .start();
        answers = remote.inputReader();
        host.kernel.pools(RemoteHost.pools("172.31.", "172.30."));
    }

    private String ask(String command) throws IOException {
        remote.outputWriter().append(command).append('\n').flush();
        StringBuilder other = new StringBuilder();
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith("done")) {
                return line;
            }
            other.append(line).append('\n');
        }
        throw new AssertionError("the other host has ended: " + other);
    }

    private void here(String name, String customer, String v4, String v6) throws Exception {
        start(name, customer, v4, v6);
        owners.put(name, customer);
    }

    private void there(String name, String customer, String v4, String v6) throws Exception {
        String[] words =
                ask("start " + String.join(" ", name, customer, v4, v6)).split(" ", -1);
        remotes.put(name, new Remote(JailId.parse(words[1]), Integer.parseInt(words[2]), v4, v6));
        owners.put(name, customer);
        serve(Integer.parseInt(words[2]));
        shell("ip route replace " + v4 + " via 192.0.2.1; ip -6 route replace " + v6 + " via 2001:db8::1");
    }

    private Remote there(String name) {
        return Objects.requireNonNull(remotes.get(name), name);
    }

    /** Applies networks, as name, customer and members, on this host. */
    private void applyHere(String... networks) {
        List<SharedNetwork> all = new ArrayList<>();
        for (String network : networks) {
            String[] words = network.split(" ", -1);
            Set<IpAddress> addresses = new HashSet<>();
            Set<JailId> members = new HashSet<>();
            for (String name : words[2].split(",", -1)) {
                if (jails.containsKey(name)) {
                    members.add(jail(name).id());
                } else {
                    addresses.add(IpAddress.parse(there(name).v4));
                    addresses.add(IpAddress.parse(there(name).v6));
                }
            }
            all.add(new SharedNetwork(words[0], words[1], members, addresses));
        }
        apply(all);
    }

    private void apply(List<SharedNetwork> networks) {
        host.kernel.networks(networks);
        // Waits as the next start does.
        host.kernel.confirm(jail("a1").id(), 2, "a");
    }

    private void applyThere(String... networks) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String network : networks) {
            String[] words = network.split(" ", -1);
            Set<IpAddress> addresses = new HashSet<>();
            Set<JailId> members = new HashSet<>();
            for (String name : words[2].split(",", -1)) {
                if (remotes.containsKey(name)) {
                    members.add(there(name).id);
                } else {
                    addresses.add(IpAddress.parse(jail(name).v4()));
                    addresses.add(IpAddress.parse(jail(name).v6()));
                }
            }
            lines.add(NetworkFile.line(new SharedNetwork(words[0], words[1], members, addresses)));
        }
        ask("networks " + String.join(";", lines));
    }

    private void everywhere(String... networks) throws IOException {
        applyHere(networks);
        applyThere(networks);
    }

    /** Prints what each jail reaches of all others. */
    private void matrix(String section) throws Exception {
        // Few at a time: each try has a process and a deadline.
        try (ExecutorService some = Executors.newFixedThreadPool(3)) {
            List<Future<Map<String, String>>> all = owners.keySet().stream()
                    .map(from -> some.submit(() -> attempt(pid(from), tries(others(from)))))
                    .toList();
            for (Future<Map<String, String>> outcomes : all) {
                say(section, outcomes.get());
            }
        }
    }

    private Map<String, List<String>> others(String from) {
        Map<String, List<String>> targets = new TreeMap<>();
        jails.forEach((name, jail) -> targets.put(from + ">" + name, List.of(jail.v4(), jail.v6())));
        remotes.forEach((name, jail) -> targets.put(from + ">" + name, List.of(jail.v4, jail.v6)));
        targets.remove(from + ">" + from);
        return targets;
    }

    private long pid(String name) {
        return jails.containsKey(name) ? jail(name).pid() : there(name).pid;
    }

    private void prepare() throws Exception {
        here("a1", "a", "198.18.1.1", "fdb1:1::1:1");
        here("a2", "a", "172.31.0.2", "fd31::2");
        here("a3", "a", "172.31.1.3", "fd31:1::3");
        here("a4", "a", "198.18.1.4", "fdb1:1::1:4");
        here("a5", "a", "198.18.1.5", "fdb1:1::1:5");
        here("a6", "a", "172.31.1.6", "fd31:1::6");
        here("b1", "b", "198.18.1.11", "fdb1:1::1:11");
        there("r1", "a", "198.18.2.1", "fdb1:1::2:1");
        there("r2", "a", "172.30.0.2", "fd30::2");
        there("r3", "a", "172.30.1.3", "fd30:1::3");
        there("s1", "b", "198.18.2.11", "fdb1:1::2:11");
        awaitReached("a1", "a2");
    }

    private static final String WIDE = "wide a a1,a2,a3,r1,r2,r3";
    private static final String SMALL = "small a a1,a4";
    private static final String OTHER = "other b b1,s1";

    private void connections() throws Exception {
        List<Process> flows = new ArrayList<>();
        for (String protocol : List.of("udp", "tcp")) {
            flows.add(hold(pid("a1"), there("r3").v4, 5000, protocol));
            flows.add(hold(pid("a1"), there("r3").v6, 5000, protocol));
            flows.add(hold(pid("a2"), there("r1").v4, 5000, protocol));
            flows.add(hold(pid("a2"), there("r1").v6, 5000, protocol));
            flows.add(hold(pid("r1"), jail("a2").v4(), 5000, protocol));
            flows.add(hold(pid("r3"), jail("a3").v6(), 5000, protocol));
            flows.add(hold(pid("a1"), jail("a3").v4(), 5000, protocol));
        }
        say("flows-joined", goOn(flows));
        // Only this host knows that they have left: the other one may not be connected to the server.
        applyHere("wide a a1,a2", SMALL, OTHER);
        say("flows-left-here", goOn(flows));
        everywhere(WIDE, SMALL, OTHER);
        List<Process> others = new ArrayList<>();
        for (String protocol : List.of("udp", "tcp")) {
            others.add(hold(pid("a1"), there("r3").v4, 5000, protocol));
            others.add(hold(pid("r3"), jail("a1").v6(), 5000, protocol));
            others.add(hold(pid("r2"), jail("a2").v4(), 5000, protocol));
        }
        say("flows-again", goOn(others));
        applyThere("wide a r1", OTHER);
        say("flows-left-there", goOn(others));
        everywhere(WIDE, SMALL, OTHER);
    }

    /** Fills the share of a jail from a member on the other host. */
    private void fill() throws Exception {
        Remote from = there("r1");
        JailId full = jail("a1").id();
        List<String> addresses = List.of(jail("a1").v4(), jail("a1").v6());
        host.kernel.limit(full, Limits.NONE.with(Limit.CONNECTIONS, ConnectionTrials.LIMIT));
        host.kernel.confirm(full, 2, "a");
        say("before-flood", attempt(from.pid, tries(Map.of("a1", addresses))));
        run(List.of(
                "nsenter",
                "-t",
                Integer.toString(from.pid),
                "-n",
                probe.toString(),
                "flood",
                jail("a1").v4(),
                Integer.toString(ConnectionTrials.FLOOD)));
        say("filled", attempt(from.pid, tries(Map.of("a1", addresses))));
        host.kernel.limit(full, Limits.NONE);
        host.kernel.confirm(full, 2, "a");
    }

    /** Lets members answer a connection with packets that are too big for the last link to the one that has opened it. */
    private void answerTooMuch() throws Exception {
        Remote from = there("r1");
        String link = inNamespace(beyond, "ip -o route get " + from.v4).replaceAll("(?s).* dev (\\S+) .*", "$1");
        String routes = "ip route replace %s dev %s mtu %s; ip -6 route replace %s dev %s mtu %s";
        inNamespace(beyond, routes.formatted(from.v4, link, "1280", from.v6, link, "1280"));
        for (String name : List.of("a1", "a2", "a3")) {
            for (String address : List.of(jail(name).v4(), jail(name).v6())) {
                String answered = inNamespace(
                        from.pid,
                        "timeout 5 bash -c 'exec 3<>/dev/tcp/" + address
                                + "/5000; head -c 8000 /dev/zero >&3; head -c 8000 <&3' | wc -c");
                System.out.println("> answers " + name + "/" + address + " " + answered.strip());
            }
        }
        inNamespace(beyond, routes.formatted(from.v4, link, "1500", from.v6, link, "1500"));
    }

    /** Sends something more on each connection. */
    private static Map<String, String> goOn(List<Process> flows) throws IOException {
        Map<String, String> outcomes = new TreeMap<>();
        for (Process flow : flows) {
            flow.outputWriter().append("\n").flush();
            outcomes.put("flow/" + flow.pid(), String.valueOf(flow.inputReader().readLine()));
        }
        return outcomes;
    }

    private void sources() throws Exception {
        heard();
        attempt(
                pid("a2"),
                List.of("v4=udp," + there("r1").v4 + ",5000,,mark-v4", "v6=udp," + there("r1").v6 + ",5000,,mark-v6"));
        heard().forEach(line -> System.out.println("> source " + line.replace("heard ", "")));
    }

    /** Makes a jail of the other host the name server of the jails of this one, which is in no network with them. */
    private void askNameServer() throws Exception {
        AddressPools pools = RemoteHost.pools("172.31.", "172.30.");
        Remote server = there("r1");
        host.kernel.pools(new AddressPools(
                pools.here(),
                pools.elsewhere(),
                pools.egresses(),
                pools.ports(),
                new ResolverDefaults(
                        List.of(),
                        new ResolverConfiguration(
                                List.of(IpAddress.parse(server.v4), IpAddress.parse(server.v6)),
                                List.of(),
                                List.of()))));
        host.kernel.confirm(jail("a1").id(), 2, "a");
        List<Process> questions = new ArrayList<>();
        for (String protocol : List.of("udp", "tcp")) {
            questions.add(hold(pid("a5"), server.v4, 53, protocol));
            questions.add(hold(pid("a5"), server.v6, 53, protocol));
        }
        say("name-server", goOn(questions));
        say("name-server-again", goOn(questions));
        say("name-server-port", attempt(pid("a5"), tries(Map.of("r1", List.of(server.v4, server.v6)))));
        host.kernel.pools(pools);
        host.kernel.confirm(jail("a1").id(), 2, "a");
        say("name-server-gone", goOn(questions));
    }

    private void restart() throws Exception {
        host.kernel.close();
        matrix("without-agent");
        host.kernel = host.open();
        host.kernel.observe();
        jails.forEach((name, jail) -> host.kernel.own(jail.id(), owners.getOrDefault(name, "")));
        host.kernel.confirm(jail("a1").id(), 2, "a");
        matrix("next-agent");
        try (Nftables others = new Nftables()) {
            others.run("{\"nftables\":[{\"flush\":{\"ruleset\":null}}]}");
            awaitRefused("a5", "a4");
            awaitReached("a1", "a4");
        }
        matrix("mended");
    }

    private void many() throws Exception {
        Remote last = there("r1");
        Set<IpAddress> addresses = IntStream.range(0, MANY - 1)
                .boxed()
                .flatMap(number -> List.of(
                        "198.18." + (100 + number / 250) + "." + (1 + number % 250),
                        "fdb1:1::9:" + Integer.toHexString(number))
                        .stream())
                .map(IpAddress::parse)
                .collect(Collectors.toSet());
        addresses.addAll(List.of(IpAddress.parse(last.v4), IpAddress.parse(last.v6)));
        long began = System.nanoTime();
        apply(List.of(new SharedNetwork(
                "many", "a", Set.of(jail("a1").id(), jail("a2").id()), addresses)));
        System.out.println("> many millis " + (System.nanoTime() - began) / 1_000_000);
        applyThere("many a a1,a2,r1");
        say("many", attempt(pid("a1"), tries(Map.of("r1", List.of(last.v4, last.v6)))));
    }

    private void run() throws Exception {
        prepare();
        matrix("no-network");
        everywhere(WIDE, SMALL, OTHER);
        matrix("joined");
        say(
                "from-beyond",
                attempt(
                        beyond,
                        tries(Map.of("a3", List.of(jail("a3").v4(), jail("a3").v6())))));
        sources();
        askNameServer();
        connections();
        fill();
        answerTooMuch();
        restart();
        // The first place of a1 is that of another network from now on.
        everywhere("wide a a1,a3,r1,r3");
        matrix("left");
        // No host has received other networks yet.
        host.kernel.own(jail("a3").id(), "b");
        host.kernel.confirm(jail("a3").id(), 2, "b");
        owners.put("a3", "b");
        matrix("moved");
        many();
        everywhere();
        matrix("removed");
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) throws Exception {
        try (NetworkTrials network = new NetworkTrials()) {
            network.run();
            network.remote.outputWriter().close();
            network.remote.waitFor();
        }
        System.out.println("> end");
    }
}

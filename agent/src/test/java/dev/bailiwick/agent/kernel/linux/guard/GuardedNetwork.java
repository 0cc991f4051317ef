package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.TestProgram;
import dev.bailiwick.agent.kernel.linux.network.ResolverFiles;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.desired.JailNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/**
 * A host with an uplink to a network beyond it, in its own network namespaces, and in this process the agent's kernel. Its jails can try to
 * reach each other and everything else.
 */
class GuardedNetwork implements AutoCloseable {

    static final String BEYOND = "192.0.2.1";
    static final String BEYOND_V6 = "2001:db8::1";
    static final String PRIVATE = "10.9.0.1";
    static final String PRIVATE_V6 = "fd99::1";

    static final AddressPools POOLS = new AddressPools(
            Stream.of("198.18.0.0/16", "fdb1:1::/64").map(AddressRange::parse).toList(), List.of());

    private static final long PATIENCE_NANOS = 60_000_000_000L;
    final Path probe = Files.createTempFile(Path.of("/tmp"), "bailiwick-network-", "");
    private final List<Process> processes = new ArrayList<>();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final List<Long> servers = new ArrayList<>();
    private int questions;
    final TestHost host;
    final long beyond;
    final Map<String, Jail> jails = new TreeMap<>();

    record Jail(JailId id, JailDefinition definition, int pid) {

        String v4() {
            return definition.addresses().v4().orElseThrow().toString();
        }

        String v6() {
            return definition.addresses().v6().orElseThrow().toString();
        }
    }

    GuardedNetwork() throws Exception {
        TestProgram.compile("network", probe);
        Process holder = new ProcessBuilder("unshare", "--net", "sleep", "3600").start();
        processes.add(holder);
        beyond = holder.pid();
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
        await("a namespace beyond", () -> !namespaceOf(beyond).equals(own));
        shell("ip link set lo up; ip link add up0 type veth peer name eth0 netns " + beyond
                + "; ip link set up0 up; ip addr add 192.0.2.2/24 dev up0; ip addr add 10.9.0.2/24 dev up0"
                + "; ip addr add 2001:db8::2/64 dev up0 nodad; ip addr add fd99::2/64 dev up0 nodad");
        inNamespace(
                beyond,
                "ip link set lo up; ip link set eth0 up; ip addr add 192.0.2.1/24 dev eth0; ip addr add 10.9.0.1/24 dev eth0"
                        + "; ip addr add 2001:db8::1/64 dev eth0 nodad; ip addr add fd99::1/64 dev eth0 nodad"
                        + "; ip route add local 198.18.255.0/24 dev lo; ip -6 route add local fdb1:1::ffff:0/112 dev lo");
        for (IpAddress resolver : ResolverFiles.servers()) {
            inNamespace(beyond, "ip addr add " + resolver + (resolver.isV4() ? "/32" : "/128 nodad") + " dev lo");
        }
        awaitUp(ProcessHandle.current().pid(), "up0");
        awaitUp(beyond, "eth0");
        shell("ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1");
        forward("1");
        shell("sysctl -q -w net.ipv4.conf.default.accept_source_route=1");
        serve(beyond);
        serve(ProcessHandle.current().pid());
        host = new TestHost();
        host.kernel.pools(POOLS);
    }

    static void forward(String value) throws Exception {
        shell("sysctl -q -w net.ipv4.ip_forward=" + value + " net.ipv6.conf.all.forwarding=" + value);
    }

    void start(String name, String customer) throws Exception {
        JailId id = host.newId();
        host.kernel.own(id, customer);
        start(name, id, host.definition(name, "/bin/sleep", "3600"));
    }

    void start(String name, String customer, Limits limits) throws Exception {
        JailId id = host.newId();
        host.kernel.own(id, customer);
        start(
                name,
                id,
                DefinitionVariant.of(host.definition(name, "/bin/sleep", "3600"))
                        .limits(limits)
                        .definition());
    }

    /** Starts a jail with these addresses, an IPv4 and an IPv6 one. */
    void start(String name, String customer, String... addresses) throws Exception {
        start(name, customer, JailNetwork.PLAIN, addresses);
    }

    void start(String name, String customer, JailNetwork network, String... addresses) throws Exception {
        JailId id = host.newId();
        host.kernel.own(id, customer, network);
        start(
                name,
                id,
                DefinitionVariant.of(host.definition(name, "/bin/sleep", "3600"))
                        .addresses(IpAddresses.of(addresses))
                        .definition());
    }

    void start(String name, JailId id, JailDefinition definition) throws Exception {
        int pid = host.start(id, definition).jail().initPid().orElseThrow();
        jails.put(name, new Jail(id, definition, pid));
        inNamespace(
                beyond,
                "ip route replace " + jail(name).v4() + " via 192.0.2.2; ip -6 route replace "
                        + jail(name).v6() + " via 2001:db8::2");
        serve(pid);
        awaitUp(ProcessHandle.current().pid(), linkOf(name));
        awaitUp(pid, "eth0");
        // Gives the host a link-local address, which jails must not reach.
        shell("ip addr add fe80::1/64 dev " + linkOf(name) + " nodad");
    }

    /** Waits until the kernel's link watch has seen a new link: before that, packets are dropped (linkwatch_do_dev in link_watch.c). */
    private static void awaitUp(long pid, String link) throws Exception {
        await(
                link + " is up",
                () -> inNamespace(pid, "ip -o link show dev " + link).contains("state UP"));
    }

    String linkOf(String name) throws Exception {
        String route = shell("ip -o route get " + jail(name).v4());
        return route.replaceAll("(?s).* dev (\\S+) .*", "$1");
    }

    Jail jail(String name) {
        return Objects.requireNonNull(jails.get(name), name);
    }

    void serve(long pid) throws IOException {
        Process server = new ProcessBuilder(
                        "nsenter", "-t", Long.toString(pid), "-n", probe.toString(), "serve", "5000", "53", "25")
                .redirectErrorStream(true)
                .start();
        processes.add(server);
        BufferedReader said = server.inputReader();
        String first = said.readLine();
        if (!"ready".equals(first)) {
            throw new AssertionError("no server runs in the namespace of " + pid + ": " + first);
        }
        Thread.ofVirtual().start(() -> said.lines().forEach(heard::add));
        servers.add(server.pid());
    }

    /**
     * Returns what the servers have heard since the last call. What they print is read by threads of its own, so this sends each of them a
     * mark from its own namespace, and waits until that is read: all that came before is read then, too.
     */
    List<String> heard() throws Exception {
        for (long server : servers) {
            String mark = "mark-question-" + ++questions;
            attempt(server, List.of("x=udp,127.0.0.1,5000,," + mark));
            await(mark + " is heard", () -> heard.removeIf(line -> line.startsWith("heard " + mark + " ")));
        }
        List<String> lines = new ArrayList<>();
        for (String line = heard.poll(); line != null; line = heard.poll()) {
            lines.add(line);
        }
        return lines;
    }

    /** Returns the tries for all protocols: IPv4 for IPv4 addresses, IPv6 for the others. */
    static List<String> tries(Map<String, List<String>> targets) {
        List<String> tries = new ArrayList<>();
        targets.forEach((name, addresses) -> addresses.forEach(address -> Stream.of("tcp", "udp", "icmp")
                .forEach(protocol ->
                        tries.add(name + "/" + address + "/" + protocol + "=" + protocol + "," + address + ",5000"))));
        return tries;
    }

    Map<String, String> attempt(long pid, List<String> tries) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid), "-n", probe.toString(), "try"));
        command.addAll(tries);
        Map<String, String> outcomes = new TreeMap<>();
        run(command).lines().map(line -> line.split(" ", 2)).forEach(words -> outcomes.put(words[0], words[1]));
        return outcomes;
    }

    void say(String section, Map<String, String> outcomes) {
        outcomes.forEach((what, outcome) -> System.out.println("> " + section + " " + what + " " + outcome));
    }

    Process hold(long pid, String address) throws IOException {
        return hold(pid, address, 5000, "udp");
    }

    Process hold(long pid, String address, int port, String protocol) throws IOException {
        Process flow = new ProcessBuilder(
                        "nsenter",
                        "-t",
                        Long.toString(pid),
                        "-n",
                        probe.toString(),
                        "hold",
                        address,
                        Integer.toString(port),
                        protocol)
                .redirectErrorStream(true)
                .start();
        processes.add(flow);
        return flow;
    }

    Capability capability(String name) {
        return host.kernel.facts().capabilities().stream()
                .filter(capability -> capability.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    void sayCapability(String name) {
        Capability found = capability(name);
        System.out.println("> capability " + name + " " + found.available() + " " + found.reason());
    }

    void awaitReached(String from, String to) throws Exception {
        List<String> tries = List.of("x=tcp," + jail(to).v4() + ",5000");
        await(from + " reaches " + to, () -> attempt(jail(from).pid, tries).containsValue("reached"));
    }

    void awaitRefused(String from, String to) throws Exception {
        List<String> tries = List.of("x=tcp," + jail(to).v4() + ",5000", "y=tcp," + jail(to).v6() + ",5000");
        await(
                from + " is kept from " + to,
                () -> !attempt(jail(from).pid, tries).containsValue("reached"));
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    static void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within a minute: " + what);
            }
            Thread.onSpinWait();
        }
    }

    static Path namespaceOf(long pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "ns/net"));
    }

    static String inNamespace(long pid, String script) throws Exception {
        return run(List.of("nsenter", "-t", Long.toString(pid), "-n", "/bin/sh", "-ec", script));
    }

    static String shell(String script) throws Exception {
        return run(List.of("/bin/sh", "-ec", script));
    }

    static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(command + " ended with " + process.exitValue() + ": " + said);
        }
        return said;
    }

    @Override
    public void close() throws IOException {
        host.close();
        processes.forEach(Process::destroyForcibly);
        Files.delete(probe);
    }
}

package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.Egress.Way;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.PublishedPort.Protocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Prints what reaches jails through published ports of their host, a line for each try. */
final class PortTrials extends GuardedNetwork {

    private static final AddressRange MASKED = AddressRange.parse("172.31.0.0/24");
    private static final AddressRange MASKED_V6 = AddressRange.parse("fd31::/64");
    private static final AddressRange CLOSED = AddressRange.parse("172.31.1.0/24");
    private static final AddressRange CLOSED_V6 = AddressRange.parse("fd31:1::/64");

    private static final String HOST = "192.0.2.2";
    private static final String HOST_V6 = "2001:db8::2";
    private static final String NOT_OF_HOST = "198.51.100.9";

    private static final List<PublishedPort> OF_MASKED = List.of(
            port(Protocol.TCP, HOST, 8080, "172.31.0.7"),
            port(Protocol.UDP, HOST, 8080, "172.31.0.7"),
            port(Protocol.TCP, HOST_V6, 8080, "fd31::7"),
            port(Protocol.UDP, HOST_V6, 8080, "fd31::7"));

    private static final List<PublishedPort> OF_CLOSED = List.of(
            port(Protocol.TCP, HOST, 8081, "172.31.1.7"),
            port(Protocol.TCP, HOST_V6, 8081, "fd31:1::7"),
            port(Protocol.TCP, NOT_OF_HOST, 8081, "172.31.1.7"),
            // No pool has this address: it is one of the host's private network.
            port(Protocol.TCP, HOST, 8083, PRIVATE));

    private PortTrials() throws Exception {}

    private static PublishedPort port(Protocol protocol, String address, int number, String jail) {
        return new PublishedPort(protocol, IpAddress.parse(address), number, IpAddress.parse(jail), 5000);
    }

    private static AddressPools pools(Stream<PublishedPort> ports) {
        return new AddressPools(
                List.of(MASKED, MASKED_V6, CLOSED, CLOSED_V6),
                List.of(),
                Map.of(
                        MASKED,
                        new Egress(Way.MASQUERADE, false),
                        MASKED_V6,
                        new Egress(Way.MASQUERADE, false),
                        CLOSED,
                        Egress.CLOSED,
                        CLOSED_V6,
                        Egress.CLOSED),
                ports.toList(),
                ResolverDefaults.NONE);
    }

    private void publish(Stream<PublishedPort> ports) {
        host.kernel.pools(pools(ports));
        // Waits as the next start does.
        host.kernel.own(jail("masked").id(), "a");
        host.kernel.confirm(jail("masked").id(), 2, "a");
    }

    private static List<String> tries() {
        List<String> tries = new ArrayList<>();
        for (String host : List.of(HOST, HOST_V6)) {
            tries.add("masked/" + host + "/tcp=tcp," + host + ",8080");
            tries.add("masked/" + host + "/udp=udp," + host + ",8080");
            tries.add("closed/" + host + "/tcp=tcp," + host + ",8081");
            tries.add("none/" + host + "/tcp=tcp," + host + ",8082");
        }
        tries.add("closed-udp/" + HOST + "/udp=udp," + HOST + ",8081");
        tries.add("not-of-host/" + NOT_OF_HOST + "/tcp=tcp," + NOT_OF_HOST + ",8081");
        tries.add("private/" + HOST + "/tcp=tcp," + HOST + ",8083");
        return tries;
    }

    private void fromBeyond(String section) throws Exception {
        say(section, attempt(beyond, tries()));
    }

    private void run() throws Exception {
        inNamespace(beyond, "ip route add " + NOT_OF_HOST + " via " + HOST);
        host.kernel.pools(pools(Stream.of()));
        start("masked", "a", "172.31.0.7", "fd31::7");
        start("sibling", "a", "172.31.0.8", "fd31::8");
        start("other", "b", "172.31.0.9", "fd31::9");
        start("closed", "c", "172.31.1.7", "fd31:1::7");
        awaitReached("masked", "sibling");
        fromBeyond("nothing");
        publish(Stream.concat(OF_MASKED.stream(), OF_CLOSED.stream()));
        fromBeyond("published");
        for (String name : jails.keySet()) {
            say("hairpin-" + name, attempt(jail(name).pid(), tries()));
        }
        say(
                "unasked",
                attempt(
                        beyond,
                        Stream.of("masked", "closed")
                                .flatMap(name -> Stream.of(
                                                jail(name).v4(), jail(name).v6())
                                        .map(address -> name + "/" + address + "/tcp=tcp," + address + ",5000"))
                                .toList()));
        say(
                "out",
                attempt(
                        jail("closed").pid(),
                        List.of("beyond/v4=tcp," + BEYOND + ",5000", "beyond/v6=tcp," + BEYOND_V6 + ",5000")));

        publish(OF_CLOSED.stream());
        fromBeyond("one-less");
        publish(Stream.concat(OF_MASKED.stream(), OF_CLOSED.stream()));

        host.kernel.close();
        fromBeyond("without-agent");
        host.kernel = host.open();
        host.kernel.observe();
        fromBeyond("next-agent");
        try (Nftables others = new Nftables()) {
            others.run("{\"nftables\":[{\"flush\":{\"ruleset\":null}}]}");
            await(
                    "ports are published again",
                    () -> attempt(beyond, List.of("x=tcp," + HOST + ",8080")).containsValue("reached"));
        }
        fromBeyond("mended");

        Jail closed = jail("closed");
        host.kernel.release(closed.id());
        host.kernel.deleteFiles(
                closed.id(), closed.definition().path(), closed.definition().base());
        fromBeyond("stopped");
        start("closed", "c", "172.31.1.7", "fd31:1::7");
        fromBeyond("started");
        long began = System.nanoTime();
        publish(Stream.concat(
                OF_MASKED.stream(),
                IntStream.range(20_000, 22_000).mapToObj(number -> port(Protocol.TCP, HOST, number, "172.31.1.7"))));
        System.out.println("> many millis " + (System.nanoTime() - began) / 1_000_000);
        say("many", attempt(beyond, List.of("last/v4=tcp," + HOST + ",21999", "after/v4=tcp," + HOST + ",22000")));
        publish(Stream.of());
        fromBeyond("withdrawn");
        connectionsEnd();
    }

    /** Connections through a port, while it leads to one jail, while it leads to none, and when another jail has its address. */
    private void connectionsEnd() throws Exception {
        publish(OF_MASKED.stream());
        List<Process> flows = List.of(
                hold(beyond, HOST, 8080, "udp"),
                hold(beyond, HOST_V6, 8080, "udp"),
                hold(beyond, HOST, 8080, "tcp"),
                hold(beyond, HOST_V6, 8080, "tcp"));
        say("flows-published", goOn(flows));
        publish(Stream.of());
        say("flows-withdrawn", goOn(flows));
        publish(OF_MASKED.stream());
        List<Process> others = List.of(hold(beyond, HOST, 8080, "udp"), hold(beyond, HOST_V6, 8080, "udp"));
        say("flows-again", goOn(others));
        Jail masked = jail("masked");
        host.kernel.release(masked.id());
        host.kernel.deleteFiles(
                masked.id(), masked.definition().path(), masked.definition().base());
        host.kernel.pools(pools(Stream.of()));
        start("heir", "b", "172.31.0.7", "fd31::7");
        say("flows-heir", goOn(others));
        host.kernel.pools(pools(OF_MASKED.stream()));
        await(
                "the heir is reached by a port of its own",
                () -> attempt(beyond, List.of("x=udp," + HOST + ",8080")).containsValue("reached"));
    }

    /** Sends something more on each connection. */
    private static Map<String, String> goOn(List<Process> flows) throws IOException {
        Map<String, String> outcomes = new TreeMap<>();
        for (Process flow : flows) {
            flow.outputWriter().append("\n").flush();
            outcomes.put("flow/" + flow.pid(), flow.inputReader().readLine());
        }
        return outcomes;
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) throws Exception {
        try (PortTrials network = new PortTrials()) {
            network.run();
        }
        System.out.println("> end");
    }
}

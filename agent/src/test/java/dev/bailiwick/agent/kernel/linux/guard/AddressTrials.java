package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.Egress.Way;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Prints what reaches a jail by each of its addresses, and what leaves it from each, a line for each try. */
final class AddressTrials extends GuardedNetwork {

    private static final Map<AddressRange, Egress> POOLS = Map.of(
            AddressRange.parse("198.19.0.0/24"), Egress.OPEN,
            AddressRange.parse("fdb1:19::/64"), Egress.OPEN,
            AddressRange.parse("172.31.0.0/24"), new Egress(Way.MASQUERADE, false),
            AddressRange.parse("fd31::/64"), new Egress(Way.MASQUERADE, false),
            AddressRange.parse("172.31.1.0/24"), Egress.CLOSED,
            AddressRange.parse("fd31:1::/64"), Egress.CLOSED);

    private static final List<String> ADDITIONAL =
            List.of("198.19.0.17", "fdb1:19::17", "172.31.0.17", "fd31::17", "172.31.1.17", "fd31:1::17");

    private AddressTrials() throws Exception {}

    private JailDefinition definition(String name, List<String> primary, List<String> additional) {
        return DefinitionVariant.of(host.definition(name, "/bin/sleep", "600"))
                .addresses(IpAddresses.of(primary.toArray(String[]::new))
                        .with(additional.stream().map(IpAddress::parse).toList()))
                .definition();
    }

    private void start(String name, String customer, List<String> primary, List<String> additional) throws Exception {
        JailId id = host.newId();
        host.kernel.own(id, customer);
        start(name, id, definition(name, primary, additional));
        for (String address : additional) {
            routeBeyond(address);
        }
    }

    private void routeBeyond(String address) throws Exception {
        inNamespace(
                beyond,
                "ip route replace " + address + " via " + (address.contains(":") ? "2001:db8::2" : "192.0.2.2"));
    }

    private void run() throws Exception {
        host.kernel.pools(
                new AddressPools(List.copyOf(POOLS.keySet()), List.of(), POOLS, List.of(), ResolverDefaults.NONE));
        start("many", "a", List.of("198.19.0.7", "fdb1:19::7"), ADDITIONAL);
        start("sibling", "a", List.of("198.19.0.8", "fdb1:19::8"), List.of());
        start("other", "b", List.of("198.19.0.9", "fdb1:19::9"), List.of());
        awaitReached("sibling", "many");
        Map<String, List<String>> ofMany = Map.of(
                "primary", List.of(jail("many").v4(), jail("many").v6()),
                "routed", ADDITIONAL.subList(0, 2),
                "masked", ADDITIONAL.subList(2, 4),
                "closed", ADDITIONAL.subList(4, 6));
        say("from-beyond", attempt(beyond, tries(ofMany)));
        say("from-host", attempt(ProcessHandle.current().pid(), tries(ofMany)));
        say("from-sibling", attempt(jail("sibling").pid(), tries(ofMany)));
        say("from-other", attempt(jail("other").pid(), tries(ofMany)));
        sources();
        changeLive();
        start(
                "most",
                "c",
                List.of("198.19.0.100", "fdb1:19::100"),
                IntStream.rangeClosed(101, 100 + IpAddresses.MAX_ADDITIONAL)
                        .boxed()
                        .flatMap(number -> Stream.of("198.19.0." + number, "fdb1:19::" + number))
                        .toList());
        say(
                "most",
                attempt(
                        beyond,
                        jail("most").definition().addresses().all().stream()
                                .map(address -> address + "=tcp," + address + ",5000")
                                .toList()));
    }

    /** Sends from each address of the jail, from none in particular, and from some that are not the jail's. */
    private void sources() throws Exception {
        heard();
        List<String> tries = new ArrayList<>(List.of(
                "v4=udp," + BEYOND + ",5000,,mark-unchosen-v4", "v6=udp," + BEYOND_V6 + ",5000,,mark-unchosen-v6"));
        Stream.of(
                        ADDITIONAL.stream(),
                        Stream.of("198.19.0.7", "fdb1:19::7"),
                        Stream.of("198.19.0.9", "fdb1:19::9", "198.19.0.99", "fdb1:19::99", "192.0.2.2", "2001:db8::2"))
                .flatMap(addresses -> addresses)
                .forEach(source -> tries.add(send(source)));
        attempt(jail("many").pid(), tries);
        heard().forEach(line -> System.out.println("> " + line));
    }

    private static String send(String source) {
        return source + "=udp," + (source.contains(":") ? BEYOND_V6 : BEYOND) + ",5000," + source + ",mark-" + source;
    }

    private void changeLive() throws Exception {
        List<String> primary = List.of("198.19.0.20", "fdb1:19::20");
        List<String> first = List.of("198.19.0.27", "fdb1:19::27");
        List<String> second = List.of("198.19.0.37", "fdb1:19::37");
        for (String address : Stream.of(first, second).flatMap(List::stream).toList()) {
            routeBeyond(address);
        }
        Map<String, List<String>> all = Map.of("primary", primary, "first", first, "second", second);
        start("live", "a", primary, List.of());
        awaitReached(beyond, primary);
        say("live-before", attempt(beyond, tries(all)));
        adjust(primary, first);
        say("live-first", attempt(beyond, tries(all)));
        List<Process> flows = new ArrayList<>();
        for (String address : Stream.of(first, primary).flatMap(List::stream).toList()) {
            flows.add(hold(beyond, address, 5000, "tcp"));
        }
        sayFlows("had", flows);
        adjust(primary, second);
        say("live-second", attempt(beyond, tries(all)));
        sayFlows("lost", flows);
        heard();
        attempt(
                jail("live").pid(),
                Stream.concat(first.stream(), second.stream())
                        .map(AddressTrials::send)
                        .toList());
        heard().forEach(line -> System.out.println("> after " + line));
        System.out.println("> live-inside addresses "
                + inNamespace(jail("live").pid(), "ip -o addr show dev eth0").replaceAll("\\s+", " "));

        host.kernel.close();
        host.kernel = host.open();
        host.kernel.observe();
        host.kernel.own(jail("live").id(), "a");
        adjust(primary, first);
        say("live-next-agent", attempt(beyond, tries(all)));
        JailDefinition now = definition("live", primary, first);
        System.out.println("> mended nothing " + host.kernel.mend(jail("live").id(), now));
        shell("ip route del 198.19.0.27; ip -6 route del fdb1:19::27");
        System.out.println("> mended routes " + host.kernel.mend(jail("live").id(), now));
        say("live-mended", attempt(beyond, tries(all)));
        shell("ip link del " + linkOf("live"));
        System.out.println("> mended link " + host.kernel.mend(jail("live").id(), now));
        long here = ProcessHandle.current().pid();
        // The kernel drops packets until its link watch has seen the new link (linkwatch_do_dev in link_watch.c).
        awaitReached(here, Stream.concat(primary.stream(), first.stream()).toList());
        say("live-link", attempt(here, tries(all)));
        System.out.println("> address taken " + refusal(() -> adjust(primary, List.of("198.19.0.47", "198.19.0.17"))));
        System.out.println("> live-refused addresses "
                + inNamespace(jail("live").pid(), "ip -o addr show dev eth0").replaceAll("\\s+", " "));
        heard();
        attempt(jail("live").pid(), List.of(send("198.19.0.47"), send("198.19.0.20")));
        heard().forEach(line -> System.out.println("> refused " + line));
    }

    private static String refusal(Condition change) throws Exception {
        try {
            return "by nobody " + change.holds();
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * Waits until TCP, which sends its packets again, reaches these addresses. The kernel brings up an address of IPv6 in a moment of its own
     * (addrconf_dad_work in addrconf.c).
     */
    private void awaitReached(long from, List<String> addresses) throws Exception {
        List<String> tries = addresses.stream()
                .map(address -> address + "=tcp," + address + ",5000")
                .toList();
        await(
                "the jail is reached by " + addresses,
                () -> attempt(from, tries).values().stream().allMatch("reached"::equals));
    }

    private boolean adjust(List<String> primary, List<String> additional) throws Exception {
        host.kernel.adjust(jail("live").id(), definition("live", primary, additional));
        awaitReached(beyond, additional);
        return true;
    }

    private void sayFlows(String when, List<Process> flows) throws Exception {
        for (Process flow : flows) {
            flow.outputWriter().append("\n").flush();
        }
        for (int i = 0; i < flows.size(); i++) {
            System.out.println("> flows " + when + "/" + i + " "
                    + flows.get(i).inputReader().readLine());
        }
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) throws Exception {
        try (AddressTrials network = new AddressTrials()) {
            network.run();
        }
        System.out.println("> end");
    }
}

package dev.bailiwick.agent.kernel.linux.guard;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.network.JailLink;
import dev.bailiwick.agent.kernel.linux.network.NetlinkBatch;
import dev.bailiwick.agent.kernel.linux.network.NetlinkSocket;
import dev.bailiwick.agent.kernel.linux.network.ProbeLink;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.IpAddress;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A test of whether the rest of this host's packet filter forwards the packets of its jails. Other programs have rules there, for example
 * Docker, whose engine drops everything that is not its own. The effect of arbitrary rules cannot be found by reading them, so the
 * probe sends packets through them: from a link that is named like a jail's to another such link, and towards the default route. The probe counts the
 * packets at the beginning of forwarding, before all rules, and after all rules, where it drops them: none leaves the host.
 *
 * @param number distinguishes this agent's links and table from those of other agents on the machine
 */
record ForwardProbe(int number) {

    private static final int AF_PACKET = 17;
    private static final int LINK_ADDRESS_BYTES = 20;
    private static final int FIRST_INDEX = 700_000;
    private static final int BEFORE_ALL = Integer.MIN_VALUE;
    private static final int BEHIND_ALL = Integer.MAX_VALUE;

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final Pattern COUNTER =
            Pattern.compile("\"counter\": *\\{[^{}]*\"name\": *\"(\\w+)\"[^{}]*\"packets\": *([0-9]+)");

    /** Addresses for documentation (RFC 5737, RFC 3849): ordinary rules of a host do not mention them. */
    private static final String SOURCE_V4 = "198.51.100.1";

    private static final String SOURCE_V6 = "2001:db8:ba11::1";

    /** The kinds of destination. */
    enum Way {
        JAIL_V4("198.51.100.2"),
        BEYOND_V4("198.51.100.3"),
        JAIL_V6("2001:db8:ba11::2"),
        BEYOND_V6("2001:db8:ba11::3");

        private final String destination;

        Way(String destination) {
            this.destination = destination;
        }

        boolean isV4() {
            return this == JAIL_V4 || this == BEYOND_V4;
        }

        boolean leavesHost() {
            return this == BEYOND_V4 || this == BEYOND_V6;
        }

        private byte[] frame() {
            IpAddress to = IpAddress.parse(destination);
            return isV4()
                    ? ProbePacket.v4(IpAddress.parse(SOURCE_V4), to)
                    : ProbePacket.v6(IpAddress.parse(SOURCE_V6), to);
        }

        private String counter(String place) {
            return place + "_" + name();
        }
    }

    private static Set<Way> ways(boolean withV6) {
        return Stream.of(Way.values()).filter(way -> withV6 || way.isV4()).collect(Collectors.toSet());
    }

    /**
     * Returns the ways on which the host's filter drops packets. A way that the host does not forward at all, for example because it has
     * no default route, is not included.
     *
     * @param withV6 whether this host forwards IPv6
     * @throws LinuxFailure if the links cannot be created
     * @throws NftablesFailure if the counters cannot be created
     */
    Set<Way> lost(Nftables nftables, boolean withV6) {
        Set<Way> ways = ways(withV6);
        // An agent that was killed may have left its links.
        removeLinks();
        try {
            makeLinks(withV6);
            nftables.run(table(ways));
            send(ways);
            return lost(ways, nftables);
        } finally {
            nftables.run("{\"nftables\":[" + ofTable("add") + "," + ofTable("delete") + "]}");
            removeLinks();
        }
    }

    private Set<Way> lost(Set<Way> ways, Nftables nftables) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            Map<String, Long> counted = readCounters(nftables);
            Set<Way> lost = EnumSet.noneOf(Way.class);
            boolean isOver = true;
            for (Way way : ways) {
                boolean passed = counted.getOrDefault(way.counter("behind"), 0L) > 0;
                isOver &= passed;
                if (!passed && counted.getOrDefault(way.counter("before"), 0L) > 0) {
                    lost.add(way);
                }
            }
            if (isOver || System.nanoTime() > deadline) {
                return lost;
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    private Map<String, Long> readCounters(Nftables nftables) {
        Matcher matcher = COUNTER.matcher(nftables.answer("{\"nftables\":[" + ofTable("list") + "]}"));
        Map<String, Long> counted = new HashMap<>();
        while (matcher.find()) {
            counted.put(matcher.group(1), Long.parseLong(matcher.group(2)));
        }
        return counted;
    }

    private String name() {
        return "bailiwick_" + number + "_probe";
    }

    private String ofTable(String verb) {
        return "{\"%s\":{\"table\":{\"family\":\"inet\",\"name\":\"%s\"}}}".formatted(verb, name());
    }

    private String table(Set<Way> ways) {
        String in = "\"family\":\"inet\",\"table\":\"" + name() + "\"";
        StringBuilder commands = new StringBuilder("{\"nftables\":[")
                .append(String.join(",", ofTable("add"), ofTable("delete"), ofTable("add")));
        Map.of("before", BEFORE_ALL, "behind", BEHIND_ALL)
                .forEach((chain, priority) -> commands.append(
                        ",{\"add\":{\"chain\":{%s,\"name\":\"%s\",\"type\":\"filter\",\"hook\":\"forward\",\"prio\":%d,\"policy\":\"accept\"}}}"
                                .formatted(in, chain, priority)));
        for (Way way : ways) {
            for (String chain : List.of("before", "behind")) {
                String counter = way.counter(chain);
                commands.append(",{\"add\":{\"counter\":{%s,\"name\":\"%s\"}}}".formatted(in, counter));
                commands.append(",{\"add\":{\"rule\":{%s,\"chain\":\"%s\",\"expr\":[%s,%s,{\"counter\":\"%s\"}%s]}}}"
                        .formatted(
                                in,
                                chain,
                                NftablesJson.equal(NftablesJson.meta("iif"), Integer.toString(index())),
                                NftablesJson.equal(
                                        NftablesJson.payload(way.isV4() ? "ip" : "ip6", "daddr"),
                                        "\"" + way.destination + "\""),
                                counter,
                                chain.equals("behind") ? ",{\"drop\":null}" : ""));
            }
        }
        return commands.append("]}").toString();
    }

    /** Returns the index of the link through which the packets arrive. */
    private int index() {
        return FIRST_INDEX + 2 * number;
    }

    /** Returns the index of the link that sends the packets, and to which packets for jails go. */
    private int farIndex() {
        return index() + 1;
    }

    private void makeLinks(boolean withV6) {
        String near = JailLink.PREFIX + "p" + number + "a";
        String far = JailLink.PREFIX + "p" + number + "b";
        ProbeLink.create(near, index(), far, farIndex(), withV6);
        NetlinkBatch routes = new NetlinkBatch();
        route(routes, SOURCE_V4, index());
        route(routes, Way.JAIL_V4.destination, farIndex());
        if (withV6) {
            route(routes, SOURCE_V6, index());
            route(routes, Way.JAIL_V6.destination, farIndex());
        }
        NetlinkSocket.sendTolerating(0, routes);
    }

    private static void route(NetlinkBatch batch, String to, int index) {
        ProbeLink.route(batch, bytes(to), index);
    }

    private void removeLinks() {
        ProbeLink.remove(index());
    }

    private void send(Set<Way> ways) {
        try (NativeMemory memory = new NativeMemory();
                Descriptor socket = new Descriptor((int) Linux.call(
                        SystemCall.SOCKET, "probe", AF_PACKET, Constants.SOCK_RAW | Constants.SOCK_CLOEXEC, 0))) {
            Pointer to = memory.bytes(LINK_ADDRESS_BYTES);
            to.setShort(0, (short) AF_PACKET);
            to.setInt(4, farIndex());
            byte[] host = JailLink.hostAddress();
            to.setByte(11, (byte) host.length);
            to.write(12, host, 0, host.length);
            for (Way way : ways) {
                byte[] frame = way.frame();
                Linux.call(
                        SystemCall.SENDTO,
                        "probe",
                        socket.number(),
                        NativeMemory.address(memory.copy(frame)),
                        frame.length,
                        0,
                        NativeMemory.address(to),
                        LINK_ADDRESS_BYTES);
            }
        }
    }

    private static byte[] bytes(String address) {
        return IpAddress.parse(address).bytes();
    }

    /** Returns the consequences for jails and the remedy, as a sentence; empty if no packets are lost. */
    static String describe(Set<Way> lost) {
        if (lost.isEmpty()) {
            return "";
        }
        boolean jails = lost.stream().anyMatch(way -> !way.leavesHost());
        boolean beyond = lost.stream().anyMatch(Way::leavesHost);
        boolean v4 = lost.stream().anyMatch(Way::isV4);
        boolean v6 = lost.stream().anyMatch(way -> !way.isV4());
        String where =
                jails && beyond ? "to each other and beyond this host" : jails ? "to each other" : "beyond this host";
        String families = v4 && v6 ? "" : v4 ? " by IPv4" : " by IPv6";
        String programs = Stream.of(v4 ? "iptables" : "", v6 ? "ip6tables" : "")
                .filter(program -> !program.isEmpty())
                .map(program ->
                        "%1$s -I DOCKER-USER -i %2$s+ -j ACCEPT; %1$s -I DOCKER-USER -o %2$s+ -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
                                .formatted(program, JailLink.PREFIX))
                .collect(Collectors.joining("; "));
        return "other rules of this host's packet filter drop packets that jails send " + where + families
                + ": change them to accept packets that come in through links named " + JailLink.PREFIX
                + "*, and replies that go out through them. If the rules are Docker's: " + programs;
    }
}

package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.IpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SequencedSet;

/**
 * The parts of the host's state that decide how far its jails can reach.
 *
 * @param forwardsV4 whether the host forwards packets of jails beyond the host; it connects its own jails in any case
 * @param forwardsV6 likewise; if not, the kernel does not even connect the host's own jails
 * @param resolvers the name servers that jails have received
 * @param pools the addresses that jails can have, here or on other hosts
 * @param connections how many connections of one jail the host tracks at a time
 */
record HostNetwork(
        boolean forwardsV4,
        boolean forwardsV6,
        SequencedSet<IpAddress> resolvers,
        AddressPools pools,
        int connections) {

    /** The most connections of one jail, on a host that tracks 262,144 or more (nf_conntrack_max), as one with 4 GiB of memory does. */
    static final int MAX_CONNECTIONS = 16_384;

    /** The part of the connections of a host that one jail can have. */
    private static final int SHARES = 16;

    private static final String TRACKED = "net/netfilter/nf_conntrack_max";

    /** Returns the host's current state. */
    static HostNetwork now(SequencedSet<IpAddress> resolvers, AddressPools pools) {
        return new HostNetwork(
                isOn("net/ipv4/ip_forward"),
                hasV6() && isOn("net/ipv6/conf/all/forwarding"),
                resolvers,
                pools,
                connectionsOfOneJail());
    }

    /** The kernel may load what tracks connections only with the table. */
    private static int connectionsOfOneJail() {
        return Files.exists(Path.of("/proc/sys", TRACKED))
                ? Math.clamp(Long.parseLong(Sysctl.read(TRACKED)) / SHARES, 1, MAX_CONNECTIONS)
                : MAX_CONNECTIONS;
    }

    /** Returns whether this differs from another state in nothing but published ports, of which both have some. */
    boolean hasOtherPorts(HostNetwork other) {
        return !pools.ports().isEmpty()
                && !other.pools.ports().isEmpty()
                && equals(new HostNetwork(
                        other.forwardsV4,
                        other.forwardsV6,
                        other.resolvers,
                        other.pools.with(pools.ports()),
                        other.connections));
    }

    private static boolean isOn(String setting) {
        return Sysctl.read(setting).equals("1");
    }

    private static boolean hasV6() {
        return Files.exists(Path.of("/proc/net/if_inet6"));
    }

    /** Returns which packets cannot leave this host, as a sentence; empty if both families can. */
    String withheld() {
        String beyond = ": jails can communicate with this host, but not with anything beyond it";
        if (!forwardsV4 && (!forwardsV6 && hasV6())) {
            return "net.ipv4.ip_forward and net.ipv6.conf.all.forwarding are 0" + beyond;
        }
        if (!forwardsV4) {
            return "net.ipv4.ip_forward is 0" + beyond + " by IPv4";
        }
        return forwardsV6 || !hasV6() ? "" : "net.ipv6.conf.all.forwarding is 0" + beyond + " by IPv6";
    }
}

package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.IpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SequencedSet;

/**
 * What of this host decides how far its jails reach.
 *
 * @param forwardsV4 whether it passes on what comes from a jail to what is beyond the host; its jails it connects in any case
 * @param forwardsV6 likewise; where it does not, the kernel does not even connect jails
 * @param resolvers the name servers that jails have been given
 * @param pools the addresses that jails, here or on other hosts, can have
 */
record Surroundings(boolean forwardsV4, boolean forwardsV6, SequencedSet<IpAddress> resolvers, AddressPools pools) {

    /** The host as it is now. */
    static Surroundings now(SequencedSet<IpAddress> resolvers, AddressPools pools) {
        return new Surroundings(
                isOn("net/ipv4/ip_forward"), hasV6() && isOn("net/ipv6/conf/all/forwarding"), resolvers, pools);
    }

    private static boolean isOn(String setting) {
        return Sysctl.read(setting).equals("1");
    }

    private static boolean hasV6() {
        return Files.exists(Path.of("/proc/net/if_inet6"));
    }

    /** What does not leave this host, as a sentence; empty where both families do. */
    String withheld() {
        String beyond = ": jails can be reached from this host, but reach nothing beyond it";
        if (!forwardsV4 && (!forwardsV6 && hasV6())) {
            return "net.ipv4.ip_forward and net.ipv6.conf.all.forwarding are 0" + beyond;
        }
        if (!forwardsV4) {
            return "net.ipv4.ip_forward is 0" + beyond + " by IPv4";
        }
        return forwardsV6 || !hasV6() ? "" : "net.ipv6.conf.all.forwarding is 0" + beyond + " by IPv6";
    }
}

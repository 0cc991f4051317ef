package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_CREATE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_EXCL;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELROUTE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWROUTE;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.AddressRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Unreachable routes for the address pools of this host. Without them, packets to addresses that no jail has would follow the default
 * route and leave the host. Each jail's own route is more specific, and because of their high metric these routes give way to any route
 * to the pool that an operator adds.
 */
public final class PoolRoutes {

    private static final int RTA_DST = 1;
    private static final int RTA_PRIORITY = 6;
    /** Unsigned: 4278198272. */
    private static final int METRIC = (int) 4278198272L;

    private static final int AF_INET = 2;

    private static final String V6_IS_OFF = "net/ipv6/conf/lo/disable_ipv6";

    private final Set<AddressRange> kept = new LinkedHashSet<>();

    /** Adds missing routes, and removes those for pools that no longer exist. */
    public void keep(AddressPools pools) {
        for (AddressRange range : Set.copyOf(kept)) {
            if (!pools.here().contains(range)) {
                kept.remove(range);
                send(Errno.ESRCH, RTM_DELROUTE, 0, range);
            }
        }
        for (AddressRange range : pools.here()) {
            if (range.network().isV4() || hasV6()) {
                kept.add(range);
                send(Errno.EEXIST, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, range);
            }
        }
    }

    private static boolean hasV6() {
        return Files.exists(Path.of("/proc/sys", V6_IS_OFF))
                && Sysctl.read(V6_IS_OFF).equals("0");
    }

    private static void send(int tolerated, int type, int flags, AddressRange range) {
        NetlinkBatch batch = new NetlinkBatch();
        batch.request("unreachable route to " + range, type, flags, () -> {
            batch.unreachable(range.network().isV4() ? AF_INET : Rtnetlink.AF_INET6, range.prefixLength());
            batch.attribute(RTA_DST, range.network().bytes());
            batch.attribute(RTA_PRIORITY, METRIC);
        });
        NetlinkSocket.sendTolerating(tolerated, batch);
    }
}

package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_ACK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_CREATE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_EXCL;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWROUTE;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.ADDR_GEN_MODE_NONE;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.AF_INET;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.AF_INET6;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_ADDRESS;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_AF_SPEC;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_IFNAME;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_INET6_ADDR_GEN_MODE;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_INET_CONF;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_INFO_DATA;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_INFO_KIND;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_LINKINFO;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IPV4_DEVCONF_FORWARDING;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.RTA_DST;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.RTA_OIF;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.SCOPE_LINK;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.SCOPE_UNIVERSE;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.VETH_INFO_PEER;

import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.IpAddresses;
import java.util.function.Consumer;

/** Short-lived pairs of links that show what the host's kernel supports and which packets it forwards. */
public final class ProbeLink {

    /** The index of the short-lived pair, different from that of another agent on the machine. */
    static final int INDEX = 900_000 + (int) (ProcessHandle.current().pid() % 99_999);

    private ProbeLink() {}

    /** Returns whether the kernel can guard sources. */
    static boolean canGuardSources() {
        return can(guard -> {
            SourceGuard.composeIngress(guard, INDEX);
            SourceGuard.compose(guard, INDEX, IpAddresses.of("192.0.2.1", "2001:db8::1"));
        });
    }

    /**
     * Returns whether the kernel can do something with the link {@link #INDEX}. Only an attempt shows whether the kernel, or a module that it
     * loads, can; it uses a pair that is removed at once.
     *
     * @param attempt adds the requests
     */
    static boolean can(Consumer<NetlinkBatch> attempt) {
        NetlinkBatch pair = new NetlinkBatch();
        pair.request("pair to probe with", RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, () -> {
            pair.link(INDEX, 0, 0);
            pair.nested(IFLA_LINKINFO, () -> pair.attribute(IFLA_INFO_KIND, "veth"));
        });
        NetlinkSocket.send(pair);
        NetlinkBatch requests = new NetlinkBatch();
        attempt.accept(requests);
        try {
            NetlinkSocket.send(requests);
            return true;
        } catch (LinuxFailure e) {
            return false;
        } finally {
            NetlinkBatch removal = new NetlinkBatch();
            removal.request("pair to probe with", RTM_DELLINK, NLM_F_ACK, () -> removal.link(INDEX, 0, 0));
            NetlinkSocket.send(removal);
        }
    }

    /** Creates a pair with both ends on the host, with the settings of the host's ends of jails; see {@code ForwardProbe}. */
    public static void create(String near, int nearIndex, String far, int farIndex, boolean hasV6) {
        NetlinkBatch batch = new NetlinkBatch();
        batch.request("veth " + near, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.link(nearIndex, 0, 0);
            batch.attribute(IFLA_IFNAME, near);
            batch.attribute(IFLA_ADDRESS, JailLink.HOST_ADDRESS);
            batch.nested(IFLA_LINKINFO, () -> {
                batch.attribute(IFLA_INFO_KIND, "veth");
                batch.nested(
                        IFLA_INFO_DATA,
                        () -> batch.nested(VETH_INFO_PEER, () -> {
                            batch.link(farIndex, 0, 0);
                            batch.attribute(IFLA_IFNAME, far);
                            batch.attribute(IFLA_ADDRESS, JailLink.JAIL_ADDRESS);
                        }));
            });
        });
        for (int index : new int[] {nearIndex, farIndex}) {
            batch.request("settings of " + near, RTM_NEWLINK, 0, () -> {
                batch.link(index, 0, 0);
                batch.nested(IFLA_AF_SPEC, () -> {
                    batch.nested(
                            AF_INET,
                            () -> batch.nested(IFLA_INET_CONF, () -> batch.attribute(IPV4_DEVCONF_FORWARDING, 1)));
                    if (hasV6) {
                        batch.nested(AF_INET6, () -> batch.byteAttribute(IFLA_INET6_ADDR_GEN_MODE, ADDR_GEN_MODE_NONE));
                    }
                });
            });
            Rtnetlink.up(batch, index, near);
        }
        NetlinkSocket.send(batch);
    }

    /** Adds a route to one address through such a link; it ends with the link. */
    public static void route(NetlinkBatch batch, byte[] to, int index) {
        int family = to.length == 4 ? AF_INET : AF_INET6;
        batch.request("route of the probe", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.route(family, to.length * 8, family == AF_INET ? SCOPE_LINK : SCOPE_UNIVERSE);
            batch.attribute(RTA_DST, to);
            batch.attribute(RTA_OIF, index);
        });
    }

    /** Removes such a pair; does nothing if there is none. */
    public static void remove(int index) {
        NetlinkBatch batch = new NetlinkBatch();
        batch.request("pair to probe with", RTM_DELLINK, NLM_F_ACK, () -> batch.link(index, 0, 0));
        NetlinkSocket.sendTolerating(Errno.ENODEV, batch);
    }
}

package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_CREATE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_EXCL;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_REPLACE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWROUTE;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.AF_INET;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.AF_INET6;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.RTA_DST;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.RTA_GATEWAY;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.RTA_OIF;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.SCOPE_LINK;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.SCOPE_UNIVERSE;

import dev.bailiwick.jail.IpAddresses;

/** The addresses, the gateway and the default route of the jail's end of its link. */
final class JailAddresses {

    /** The next hop of every jail, RFC 3927 and RFC 4291. It is link-local, so every link can use the same address. */
    static final byte[] GATEWAY_V4 = {(byte) 169, (byte) 254, 1, 1};

    private static final byte[] GATEWAY_V6 = {(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private JailAddresses() {}

    static NetlinkBatch of(IpAddresses addresses) {
        NetlinkBatch batch = new NetlinkBatch();
        addresses.v4().ifPresent(address -> {
            Rtnetlink.assign(batch, AF_INET, address.bytes(), 32, SCOPE_UNIVERSE, JailLink.INSIDE_INDEX);
            linkRoute(batch, AF_INET, GATEWAY_V4, 32);
            defaultRoute(batch, AF_INET, GATEWAY_V4);
            Rtnetlink.neighbour(batch, AF_INET, GATEWAY_V4, JailLink.INSIDE_INDEX, JailLink.HOST_ADDRESS);
        });
        addresses.v6().ifPresent(address -> {
            Rtnetlink.assign(batch, AF_INET6, address.bytes(), 128, SCOPE_UNIVERSE, JailLink.INSIDE_INDEX);
            linkRoute(batch, AF_INET6, GATEWAY_V6, 128);
            defaultRoute(batch, AF_INET6, GATEWAY_V6);
            Rtnetlink.neighbour(batch, AF_INET6, GATEWAY_V6, JailLink.INSIDE_INDEX, JailLink.HOST_ADDRESS);
        });
        addresses.additional().forEach(address -> Rtnetlink.assignAdditional(batch, address, JailLink.INSIDE_INDEX));
        return batch;
    }

    private static void linkRoute(NetlinkBatch batch, int family, byte[] to, int prefix) {
        batch.request("route to the gateway", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, () -> {
            batch.route(family, prefix, family == AF_INET ? SCOPE_LINK : SCOPE_UNIVERSE);
            batch.attribute(RTA_DST, to);
            batch.attribute(RTA_OIF, JailLink.INSIDE_INDEX);
        });
    }

    private static void defaultRoute(NetlinkBatch batch, int family, byte[] gateway) {
        batch.request("default route", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.route(family, 0, SCOPE_UNIVERSE);
            batch.attribute(RTA_GATEWAY, gateway);
            batch.attribute(RTA_OIF, JailLink.INSIDE_INDEX);
        });
    }
}

package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_CREATE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_EXCL;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_REPLACE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELADDR;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELNEIGH;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWADDR;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWNEIGH;

import dev.bailiwick.jail.IpAddress;

/** Parts of rtnetlink(7) requests, with the numbers of the kernel's linux/if_link.h, if_addr.h, rtnetlink.h and neighbour.h. */
final class Rtnetlink {

    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_NET_NS_PID = 19;
    static final int IFLA_IFALIAS = 20;
    static final int IFLA_AF_SPEC = 26;
    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;
    static final int VETH_INFO_PEER = 1;
    static final int IFLA_INET_CONF = 1;
    static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    static final int ADDR_GEN_MODE_NONE = 1;
    static final int IPV4_DEVCONF_FORWARDING = 1;
    static final int IPV4_DEVCONF_RP_FILTER = 8;
    static final int IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE = 9;
    static final int STRICT = 1;
    static final int IFA_ADDRESS = 1;
    static final int IFA_LOCAL = 2;
    static final int IFA_CACHEINFO = 6;
    static final int IFA_FLAGS = 8;
    static final int IFA_F_NODAD = 0x02;

    /**
     * Adds no route for the address's prefix. Otherwise every link would add one to the same place of the host's table, which is a list.
     */
    static final int IFA_F_NOPREFIXROUTE = 0x200;

    static final int RTA_DST = 1;
    static final int RTA_OIF = 4;
    static final int RTA_GATEWAY = 5;
    static final int RTA_PREFSRC = 7;
    static final int NDA_DST = 1;
    static final int NDA_LLADDR = 2;
    static final int IFF_UP = 1;
    /** The size of {@code struct rtmsg}. */
    static final int ROUTE_BYTES = 12;

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SCOPE_UNIVERSE = 0;
    static final int SCOPE_LINK = 253;
    static final int LOOPBACK_INDEX = 1;

    /** {@code struct ifa_cacheinfo}: preferred for 0 s, valid for ever. */
    private static final byte[] DEPRECATED = {0, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

    private Rtnetlink() {}

    static void up(NetlinkBatch batch, int index, String subject) {
        batch.request(subject + " up", RTM_NEWLINK, 0, () -> batch.link(index, IFF_UP, IFF_UP));
    }

    static void assign(NetlinkBatch batch, int family, byte[] address, int prefix, int scope, int index) {
        batch.request("address", RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.address(family, prefix, IFA_F_NODAD, scope, index);
            batch.attribute(IFA_LOCAL, address);
            batch.attribute(IFA_ADDRESS, address);
            batch.attribute(IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
        });
    }

    /**
     * Assigns an address from which nothing is sent unless a program chooses it: one of IPv4 that comes after the primary one, or one of
     * IPv6 with a preferred lifetime of 0 (RFC 4862, 5.5.4).
     */
    static void assignAdditional(NetlinkBatch batch, IpAddress address, int index) {
        byte[] bytes = address.bytes();
        if (address.isV4()) {
            assign(batch, AF_INET, bytes, 32, SCOPE_UNIVERSE, index);
            return;
        }
        batch.request("address", RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.address(AF_INET6, 128, IFA_F_NODAD, SCOPE_UNIVERSE, index);
            batch.attribute(IFA_LOCAL, bytes);
            batch.attribute(IFA_ADDRESS, bytes);
            batch.attribute(IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
            batch.attribute(IFA_CACHEINFO, DEPRECATED);
        });
    }

    static void unassign(NetlinkBatch batch, IpAddress address, int index) {
        batch.request("address", RTM_DELADDR, 0, () -> {
            batch.address(familyOf(address), address.bytes().length * 8, 0, SCOPE_UNIVERSE, index);
            batch.attribute(IFA_LOCAL, address.bytes());
            batch.attribute(IFA_ADDRESS, address.bytes());
        });
    }

    static void forgetNeighbour(NetlinkBatch batch, IpAddress address, int index) {
        batch.request("neighbour", RTM_DELNEIGH, 0, () -> {
            batch.neighbour(familyOf(address), index);
            batch.attribute(NDA_DST, address.bytes());
        });
    }

    static int familyOf(IpAddress address) {
        return address.isV4() ? AF_INET : AF_INET6;
    }

    static void neighbour(NetlinkBatch batch, int family, byte[] address, int index, byte[] linkAddress) {
        batch.request("neighbour", RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, () -> {
            batch.neighbour(family, index);
            batch.attribute(NDA_DST, address);
            batch.attribute(NDA_LLADDR, linkAddress);
        });
    }
}

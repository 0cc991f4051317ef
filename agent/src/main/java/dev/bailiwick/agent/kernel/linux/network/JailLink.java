package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_CREATE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_EXCL;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_GETLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWLINK;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.ADDR_GEN_MODE_NONE;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.AF_INET;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.AF_INET6;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFF_UP;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_ADDRESS;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_AF_SPEC;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_IFALIAS;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_IFNAME;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_INET6_ADDR_GEN_MODE;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_INET_CONF;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_INFO_DATA;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_INFO_KIND;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_LINKINFO;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFLA_NET_NS_PID;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IPV4_DEVCONF_FORWARDING;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IPV4_DEVCONF_RP_FILTER;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.LOOPBACK_INDEX;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.STRICT;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.VETH_INFO_PEER;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/** The veth pair of a jail: the names, indexes and settings of its ends, before any address is known. */
public final class JailLink {

    /** Higher than the indexes that the kernel gives to the fallback tunnels of a new network namespace. */
    static final int INSIDE_INDEX = 16;

    /**
     * The host's end for the {@code n}-th range of 65,536 ids has index {@code FIRST_HOST_INDEX + n}, and its name ends in that number.
     * The agent chooses the index itself, so that one batch can refer to it, and so that it is known before its jail. Two agents on a
     * machine have different ranges of ids, and so different indexes.
     */
    private static final int FIRST_HOST_INDEX = 1_000_000;

    /** The number of possible ranges of ids. */
    private static final int MAX_HOST_INDEXES = 65_536;

    public static final String PREFIX = "bw";
    static final Pattern NAME = Pattern.compile(PREFIX + "[0-9]{1,5}");

    /** Locally administered. A link has only two ends, so all links can use the same pair of addresses. */
    static final byte[] HOST_ADDRESS = {2, 0, 0, 0, 0, 1};

    static final byte[] JAIL_ADDRESS = {2, 0, 0, 0, 0, 2};

    private JailLink() {}

    /** Returns the index of the host's end. */
    public static int indexOf(IdRange range) {
        return FIRST_HOST_INDEX + range.number();
    }

    /** Returns the range whose link has this index. */
    static IdRange rangeOf(int index) {
        return IdRange.ofNumber(index - FIRST_HOST_INDEX);
    }

    /** Returns whether a link of this index may be the host's end of a jail's link. */
    static boolean isHostIndex(int index) {
        return index >= FIRST_HOST_INDEX && index < FIRST_HOST_INDEX + MAX_HOST_INDEXES;
    }

    /** Returns the name of the host's end. */
    static String nameOf(IdRange range) {
        return PREFIX + range.number();
    }

    static Optional<String> aliasOf(String name) {
        try {
            return Optional.of(TextFile.read(Path.of("/sys/class/net", name, "ifalias"))
                            .strip())
                    .filter(alias -> !alias.isEmpty());
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Returns the link address of the host's end, equal for all pairs. */
    public static byte[] hostAddress() {
        return HOST_ADDRESS.clone();
    }

    /** Returns the link address of the jail's end, equal for all pairs. */
    public static byte[] jailAddress() {
        return JAIL_ADDRESS.clone();
    }

    /** Returns whether the range's link exists and is up. */
    public static boolean isUp(IdRange range) {
        NetlinkQuery query = new NetlinkQuery();
        AtomicBoolean found = new AtomicBoolean();
        query.ask(
                RTM_GETLINK,
                batch -> batch.link(indexOf(range), 0, 0),
                answer -> found.set(
                        answer.filter(link -> (link.number(8) & IFF_UP) != 0).isPresent()));
        query.send();
        return found.get();
    }

    /**
     * Creates the pair, with the jail's end in the network namespace of {@code initPid}, and all settings that do not depend on the
     * jail's addresses.
     *
     * @param mark the alias of the host's end; it names the owner
     */
    static NetlinkBatch create(IdRange range, int initPid, String mark, boolean hasV6, boolean guardsSources) {
        int index = indexOf(range);
        NetlinkBatch batch = new NetlinkBatch();
        batch.request("veth " + nameOf(range), RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.link(index, 0, 0);
            batch.attribute(IFLA_IFNAME, nameOf(range));
            batch.attribute(IFLA_ADDRESS, HOST_ADDRESS);
            batch.nested(IFLA_LINKINFO, () -> {
                batch.attribute(IFLA_INFO_KIND, "veth");
                batch.nested(
                        IFLA_INFO_DATA,
                        () -> batch.nested(VETH_INFO_PEER, () -> {
                            batch.link(INSIDE_INDEX, 0, 0);
                            batch.attribute(IFLA_IFNAME, "eth0");
                            batch.attribute(IFLA_ADDRESS, JAIL_ADDRESS);
                            batch.attribute(IFLA_NET_NS_PID, initPid);
                        }));
            });
        });
        batch.request("settings of " + nameOf(range), RTM_NEWLINK, 0, () -> {
            batch.link(index, 0, 0);
            batch.attribute(IFLA_IFALIAS, mark.getBytes(StandardCharsets.UTF_8));
            batch.nested(IFLA_AF_SPEC, () -> {
                batch.nested(
                        AF_INET,
                        () -> batch.nested(IFLA_INET_CONF, () -> {
                            batch.attribute(IPV4_DEVCONF_FORWARDING, 1);
                            batch.attribute(IPV4_DEVCONF_RP_FILTER, STRICT);
                            // The guard checks a packet's destination, but source routing would lead the packet
                            // elsewhere.
                            batch.attribute(IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE, 0);
                        }));
                if (hasV6) {
                    batch.nested(AF_INET6, () -> batch.byteAttribute(IFLA_INET6_ADDR_GEN_MODE, ADDR_GEN_MODE_NONE));
                }
            });
        });
        if (guardsSources) {
            SourceGuard.composeIngress(batch, index);
        }
        Rtnetlink.up(batch, index, nameOf(range));
        return batch;
    }

    /** Brings up loopback and the jail's end of a pair without addresses, from inside the jail. */
    static NetlinkBatch inside(boolean hasV6) {
        NetlinkBatch batch = new NetlinkBatch();
        Rtnetlink.up(batch, LOOPBACK_INDEX, "lo");
        if (hasV6) {
            batch.request("settings of eth0", RTM_NEWLINK, 0, () -> {
                batch.link(INSIDE_INDEX, 0, 0);
                batch.nested(
                        IFLA_AF_SPEC,
                        () -> batch.nested(
                                AF_INET6, () -> batch.byteAttribute(IFLA_INET6_ADDR_GEN_MODE, ADDR_GEN_MODE_NONE)));
            });
        }
        Rtnetlink.up(batch, INSIDE_INDEX, "eth0");
        return batch;
    }
}

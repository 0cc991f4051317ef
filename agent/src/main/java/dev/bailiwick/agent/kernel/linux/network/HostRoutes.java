package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_CREATE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_EXCL;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELROUTE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_GETROUTE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWROUTE;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.AF_INET;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.AF_INET6;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.ROUTE_BYTES;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.RTA_DST;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.RTA_OIF;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.RTA_PREFSRC;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.SCOPE_LINK;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.SCOPE_UNIVERSE;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The host's routes to the addresses of its jails, one route for each address. */
final class HostRoutes {

    private static final int RTN_LOCAL = 2;

    private final LinkRemovals removals;

    /** @param removals removals of links whose routes may still exist */
    HostRoutes(LinkRemovals removals) {
        this.removals = removals;
    }

    /** Adds a route. Never replaces another jail's route: two jails with one address are a mistake. See {@link #addLate}. */
    void add(IpAddress to, int index) {
        NetlinkBatch batch = new NetlinkBatch();
        compose(batch, to, index);
        try {
            NetlinkSocket.send(batch);
        } catch (LinuxFailure e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            addLate(to, index);
        }
    }

    /** Adds the routes that do not lead through the link of this index. */
    void addMissing(List<IpAddress> addresses, int index) {
        NetlinkQuery query = new NetlinkQuery();
        addresses.forEach(address -> ask(query, address, index, () -> add(address, index)));
        query.send();
    }

    /** Adds the request for a route; it fails with EEXIST if there is one. */
    static void compose(NetlinkBatch batch, IpAddress to, int index) {
        boolean isV4 = isV4(to);
        batch.request(subject(to), RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.route(familyOf(to), to.bytes().length * 8, isV4 ? SCOPE_LINK : SCOPE_UNIVERSE);
            batch.attribute(RTA_DST, to.bytes());
            batch.attribute(RTA_OIF, index);
            if (isV4) {
                batch.attribute(RTA_PREFSRC, JailAddresses.GATEWAY_V4);
            }
        });
    }

    /** Adds the request that removes a route through the link of this index; it fails with ESRCH if there is none. */
    static void composeRemoval(NetlinkBatch batch, IpAddress to, int index) {
        batch.request(subject(to), RTM_DELROUTE, 0, () -> {
            batch.route(familyOf(to), to.bytes().length * 8, isV4(to) ? SCOPE_LINK : SCOPE_UNIVERSE);
            batch.attribute(RTA_DST, to.bytes());
            batch.attribute(RTA_OIF, index);
        });
    }

    static String subject(IpAddress to) {
        return "route to " + to;
    }

    /** Adds a route where there was one, once the links that are being removed are gone. */
    void addLate(IpAddress to, int index) {
        removals.awaitAll();
        NetlinkBatch batch = new NetlinkBatch();
        compose(batch, to, index);
        sendUnlessTaken(batch, to);
    }

    private static void sendUnlessTaken(NetlinkBatch batch, IpAddress to) {
        try {
            NetlinkSocket.send(batch);
        } catch (LinuxFailure e) {
            if (e.errno() == Errno.EEXIST) {
                throw KernelRefusal.transientFailure(
                        "AddressTaken", "this host already has another route to " + to + holderOf(to));
            }
            throw e;
        }
    }

    /** Returns which link the route uses, and the alias that the link's agent has given it. */
    private static String holderOf(IpAddress to) {
        NetlinkQuery query = new NetlinkQuery();
        StringBuilder holder = new StringBuilder();
        query.ask(
                RTM_GETROUTE,
                batch -> batch.routeTo(familyOf(to), to.bytes()),
                answer -> answer.flatMap(route -> route.attribute(ROUTE_BYTES, RTA_OIF))
                        .filter(JailLink::isHostIndex)
                        .ifPresent(index -> {
                            String name = JailLink.nameOf(JailLink.rangeOf(index));
                            holder.append(": link ")
                                    .append(name)
                                    .append(JailLink.aliasOf(name)
                                            .map(alias -> " of '" + alias + "'")
                                            .orElse(""));
                        }));
        query.send();
        return holder.toString();
    }

    /** Returns whether an address is one of this host's own. */
    static boolean isOwn(IpAddress address) {
        NetlinkQuery query = new NetlinkQuery();
        AtomicBoolean isOwn = new AtomicBoolean();
        query.ask(
                RTM_GETROUTE,
                batch -> batch.routeTo(familyOf(address), address.bytes()),
                answer -> isOwn.set(answer.map(NetlinkQuery.Answer::routeType).equals(Optional.of(RTN_LOCAL))));
        query.send();
        return isOwn.get();
    }

    /** Asks whether the route to an address uses the link with this index. */
    static void ask(NetlinkQuery query, IpAddress to, int index, Runnable ifNot) {
        query.ask(RTM_GETROUTE, batch -> batch.routeTo(familyOf(to), to.bytes()), answer -> {
            boolean leadsThere = answer.flatMap(route -> route.attribute(ROUTE_BYTES, RTA_OIF))
                    .equals(Optional.of(index));
            if (!leadsThere) {
                ifNot.run();
            }
        });
    }

    private static int familyOf(IpAddress address) {
        return isV4(address) ? AF_INET : AF_INET6;
    }

    private static boolean isV4(IpAddress address) {
        return address.bytes().length == 4;
    }
}

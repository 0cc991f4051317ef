package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELROUTE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_GETLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_GETTFILTER;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.AF_INET;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.AF_INET6;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.IFF_UP;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.RTA_DST;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.RTA_OIF;
import static dev.bailiwick.agent.kernel.linux.network.Rtnetlink.SCOPE_LINK;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.Limits;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A jail's network: a veth pair, routed and not bridged. The inside has exactly the jail's addresses, so INADDR_ANY stands for these. The
 * host has a route to each of them. Both ends know each other's link address, so neither ARP nor neighbour discovery ever runs, and there
 * is no shared segment on which one jail could impersonate another.
 */
public final class JailNetwork implements AutoCloseable {

    /**
     * {@code ff00::/8}. The kernel adds a route for it to each link and keeps all of them in one list. No jail sends multicasts to all
     * others.
     */
    private static final byte[] MULTICASTS = {(byte) 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private final boolean hasV6 = Files.exists(Path.of("/proc/net/if_inet6"));
    private final boolean guardsSources;
    private final LinkRemovals removals = new LinkRemovals();
    private final HostRoutes routes = new HostRoutes(removals);

    /** The alias of each link of this agent. The agent does not remove links without it. */
    private final String mark;

    private final LinkRates rates;

    /**
     * @param instance the agent's name, unique on the host
     * @param outgoing by what the host limits what jails send
     */
    public JailNetwork(String instance, OutgoingLimit outgoing) {
        this.mark = "bailiwick " + instance;
        this.rates = new LinkRates(mark, removals, outgoing);
        // Filters where packets arrive are needed for both.
        this.guardsSources = outgoing == OutgoingLimit.IFB || ProbeLink.canGuardSources();
        if (hasV6) {
            HostAddress.provide();
        }
    }

    /** Returns whether the host's kernel supports IPv6. */
    public boolean hasV6() {
        return hasV6;
    }

    /** Returns whether the host's kernel can drop packets that a jail sends from addresses of others. */
    public boolean guardsSources() {
        return guardsSources;
    }

    /** Returns whether the host's kernel can limit what a jail receives. */
    public boolean limitsIncoming() {
        return rates.limitsInto();
    }

    /** Returns by what this host limits what a jail sends. */
    public OutgoingLimit outgoing() {
        return rates.outgoing();
    }

    /** @throws KernelRefusal if the host's kernel cannot enforce a limit of bandwidth */
    public void requirePossible(Limits limits) {
        rates.requirePossible(limits);
    }

    /** Limits the bandwidth of a link that has no limits yet; see {@link #adjust}. */
    public void limit(IdRange range, Limits limits) {
        rates.set(range, limits);
    }

    /**
     * Limits the bandwidth of a link to what is named, and removes other limits. No packet is lost by that.
     *
     * @throws KernelRefusal if this host cannot enforce a limit
     */
    public void adjust(IdRange range, Limits limits) {
        rates.replace(range, limits);
    }

    /**
     * Creates the pair, with the jail's end in the network namespace of {@code initPid}, and all settings that do not depend on the
     * jail's addresses.
     */
    public void createLink(IdRange range, int initPid) {
        removals.await(JailLink.indexOf(range));
        NetlinkSocket.send(JailLink.create(range, initPid, mark, hasV6, guardsSources));
    }

    /** Adds the calls that bring up loopback and the jail's end of a pair without addresses, from inside the jail. */
    public void composeLinkInside(SpawnProgram program) {
        NetlinkSocket.compose(program, JailLink.inside(hasV6), "links");
    }

    /**
     * Adds routes to these addresses, and admits only packets that come from them.
     *
     * <p>This avoids requests for which the kernel walks all routes or addresses of the host, because they would slow down a start with
     * every jail on the host. So the host's end gets no IPv6 address, and no setting of it changes now that it is up, not even its alias
     * (NETDEV_CHANGE in addrconf.c).
     */
    public void connect(IdRange range, IpAddresses addresses) {
        NetlinkBatch batch = new NetlinkBatch();
        int index = JailLink.indexOf(range);
        if (guardsSources) {
            SourceGuard.compose(batch, index, addresses);
        }
        composeHostEnd(batch, index, addresses);
        if (hasV6) {
            batch.request("route of multicasts", RTM_DELROUTE, 0, () -> {
                batch.localRoute(AF_INET6, 8);
                batch.attribute(RTA_DST, MULTICASTS);
                batch.attribute(RTA_OIF, index);
            });
        }
        addresses.all().forEach(address -> HostRoutes.compose(batch, address, index));
        for (LinuxFailure failure : NetlinkSocket.failuresOf(batch)) {
            // The kernel may not have added the route of multicasts yet.
            if (failure.errno() != Errno.ESRCH) {
                addLate(failure, addresses.all(), index);
            }
        }
    }

    private void addLate(LinuxFailure failure, List<IpAddress> addresses, int index) {
        IpAddress taken = addresses.stream()
                .filter(address -> HostRoutes.subject(address).equals(failure.subject()))
                .filter(_ -> failure.errno() == Errno.EEXIST)
                .findFirst()
                .orElseThrow(() -> failure);
        routes.addLate(taken, index);
    }

    private static void composeHostEnd(NetlinkBatch batch, int index, IpAddresses addresses) {
        if (addresses.v4().isPresent()) {
            Rtnetlink.assign(batch, AF_INET, JailAddresses.GATEWAY_V4, 32, SCOPE_LINK, index);
        }
        addresses.all().forEach(address -> composeNeighbour(batch, index, address));
    }

    static void composeNeighbour(NetlinkBatch batch, int index, IpAddress address) {
        Rtnetlink.neighbour(batch, Rtnetlink.familyOf(address), address.bytes(), index, JailLink.JAIL_ADDRESS);
    }

    /** Returns the directory with the counters of the host's end, which exists as long as the link. */
    public Path statisticsOf(IdRange range) {
        return Path.of("/sys/class/net", JailLink.nameOf(range), "statistics");
    }

    /** Returns the missing parts of a running jail's network on the host's side; empty if nothing is missing. */
    public Set<NetworkPart> lacking(IdRange range, IpAddresses addresses, Limits limits) {
        int index = JailLink.indexOf(range);
        NetlinkQuery query = new NetlinkQuery();
        Set<NetworkPart> lacking = EnumSet.noneOf(NetworkPart.class);
        query.ask(RTM_GETLINK, batch -> batch.link(index, 0, 0), answer -> {
            if (answer.isEmpty()) {
                lacking.add(NetworkPart.LINK);
            } else if ((answer.get().number(8) & IFF_UP) == 0) {
                lacking.add(NetworkPart.LINK_UP);
            }
        });
        addresses
                .all()
                .forEach(address -> HostRoutes.ask(
                        query,
                        address,
                        index,
                        () -> lacking.add(address.isV4() ? NetworkPart.ROUTE_V4 : NetworkPart.ROUTE_V6)));
        if (guardsSources) {
            query.ask(RTM_GETTFILTER, batch -> SourceGuard.composeQuestion(batch, index), answer -> {
                if (answer.isEmpty()) {
                    lacking.add(NetworkPart.SOURCE_GUARD);
                }
            });
        }
        rates.ask(query, range, limits, lacking::add);
        query.send();
        // All other parts disappear with the link.
        return lacking.contains(NetworkPart.LINK) ? EnumSet.of(NetworkPart.LINK) : lacking;
    }

    /**
     * Restores the missing parts of a running jail's network as they were when it started, and leaves all others alone.
     *
     * @throws LinuxFailure if that is impossible, for example because the jail has created a link of its own in place of the missing one
     */
    public void mend(IdRange range, int initPid, IpAddresses addresses, Limits limits, Set<NetworkPart> lacking) {
        if (lacking.contains(NetworkPart.LINK)) {
            createLink(range, initPid);
            NetlinkSocket.sendInside(initPid, JailLink.inside(hasV6));
            NetlinkSocket.sendInside(initPid, JailAddresses.of(addresses));
            connect(range, addresses);
            limit(range, limits);
            return;
        }
        int index = JailLink.indexOf(range);
        NetlinkBatch batch = new NetlinkBatch();
        Rtnetlink.up(batch, index, JailLink.nameOf(range));
        composeHostEnd(batch, index, addresses);
        NetlinkSocket.sendTolerating(Errno.EEXIST, batch);
        if (lacking.contains(NetworkPart.SOURCE_GUARD)) {
            NetlinkBatch old = new NetlinkBatch();
            SourceGuard.composeRemoval(old, index);
            NetlinkSocket.sendTolerating(Errno.EINVAL, old);
            NetlinkBatch guard = new NetlinkBatch();
            SourceGuard.composeIngress(guard, index);
            SourceGuard.compose(guard, index, addresses);
            NetlinkSocket.send(guard);
        }
        // What restores the guard removes the redirection behind it.
        limit(range, limits);
        if (lacking.contains(NetworkPart.ROUTE_V4) || lacking.contains(NetworkPart.ROUTE_V6)) {
            routes.addMissing(addresses.all(), index);
        }
    }

    /**
     * Gives a running jail these additional addresses in place of those that it has; its primary ones stay. From then on no packet reaches
     * the jail by an address that it has lost, or leaves it from there.
     *
     * @throws KernelRefusal if another jail of this host has one of the addresses
     */
    public void readdress(IdRange range, int initPid, IpAddresses addresses) {
        new AddressChange(routes, guardsSources, JailLink.indexOf(range), initPid).apply(addresses);
    }

    /** Adds the calls that give the jail's end its addresses and the default route, from inside the jail. */
    public static void composeAddressesInside(SpawnProgram program, IpAddresses addresses) {
        NetlinkSocket.compose(program, JailAddresses.of(addresses), "addresses and routes");
    }

    /**
     * Removes the pair, and with it the routes. Does not wait for the kernel, which takes its time. The pair may not exist any more: it
     * ends with the jail's network namespace.
     */
    public void disconnect(IdRange range) {
        rates.remove(range);
        removals.remove(JailLink.indexOf(range));
    }

    /** Removes links that a killed agent of this instance has left, for ranges that are not in use. */
    public void disconnectAllBut(Predicate<IdRange> isInUse) {
        String[] names = new File("/sys/class/net")
                .list((_, name) -> JailLink.NAME.matcher(name).matches());
        for (String name : names == null ? new String[0] : names) {
            IdRange range = IdRange.ofNumber(Integer.parseInt(name.substring(JailLink.PREFIX.length())));
            if (!isInUse.test(range) && JailLink.aliasOf(name).equals(Optional.of(mark))) {
                disconnect(range);
            }
        }
        rates.all().filter(range -> !isInUse.test(range)).forEach(rates::remove);
    }

    @Override
    public void close() {
        removals.close();
    }
}

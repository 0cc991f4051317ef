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

import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.jail.IpAddresses;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A jail's network: a veth pair, routed and not bridged. Inside there are exactly the jail's addresses, so INADDR_ANY means
 * them; outside a host route leads to each. Both ends know the other's link address, so neither ARP nor neighbour discovery
 * ever runs, and there is no segment on which one jail could pose as another.
 */
public final class JailNetwork implements AutoCloseable {

    /** {@code ff00::/8}: each link has a route to it, of which the kernel makes one list. No jail has anything to say to all others. */
    private static final byte[] MULTICASTS = {(byte) 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private final boolean hasV6 = Files.exists(Path.of("/proc/net/if_inet6"));
    private final boolean guardsSources = ProbeLink.canGuardSources();
    private final LinkRemovals removals = new LinkRemovals();
    private final HostRoutes routes = new HostRoutes(removals);

    /** Each link bears it, as its alias: what does not is not this agent's to remove. */
    private final String mark;

    /** @param instance names this agent among those of the host */
    public JailNetwork(String instance) {
        this.mark = "bailiwick " + instance;
        if (hasV6) {
            HostAddress.provide();
        }
    }

    /** Whether this host's kernel speaks IPv6. */
    public boolean hasV6() {
        return hasV6;
    }

    /** Whether this host's kernel can drop what a jail sends from an address that is not its own. */
    public boolean guardsSources() {
        return guardsSources;
    }

    /** Creates the pair, the jail's end in the network namespace of {@code initPid}: all of it that no jail's addresses change. */
    public void createLink(IdRange range, int initPid) {
        removals.await(JailLink.indexOf(range));
        NetlinkSocket.send(JailLink.create(range, initPid, mark, hasV6, guardsSources));
    }

    /** Adds the calls that bring up, from within, the jail's end of a pair without addresses, and loopback. */
    public void composeLinkInside(SpawnProgram program) {
        NetlinkSocket.compose(program, JailLink.inside(hasV6), "links");
    }

    /**
     * Lets in nothing but what comes from these addresses, and leads the way to them.
     *
     * <p>What has the kernel walk all routes or addresses of the host is left out, for with every jail on it a start would grow: the
     * host's end gets no IPv6 address, and none of its settings is changed now that it is up, be it a mere alias (NETDEV_CHANGE in
     * addrconf.c).
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
        // The kernel may not have made that route yet.
        NetlinkSocket.sendTolerating(Errno.ESRCH, batch);
        addresses.v4().ifPresent(address -> routes.add(address, index));
        addresses.v6().ifPresent(address -> routes.add(address, index));
    }

    private static void composeHostEnd(NetlinkBatch batch, int index, IpAddresses addresses) {
        addresses.v4().ifPresent(address -> {
            Rtnetlink.assign(batch, AF_INET, InsideAddresses.GATEWAY_V4, 32, SCOPE_LINK, index);
            Rtnetlink.neighbour(batch, AF_INET, address.bytes(), index, JailLink.JAIL_ADDRESS);
        });
        addresses
                .v6()
                .ifPresent(
                        address -> Rtnetlink.neighbour(batch, AF_INET6, address.bytes(), index, JailLink.JAIL_ADDRESS));
    }

    /** What of the host's side of a running jail's network is not there; empty where all is. */
    public Set<Part> lacking(IdRange range, IpAddresses addresses) {
        int index = JailLink.indexOf(range);
        NetlinkQuery query = new NetlinkQuery();
        Set<Part> lacking = EnumSet.noneOf(Part.class);
        query.ask(RTM_GETLINK, batch -> batch.link(index, 0, 0), answer -> {
            if (answer.isEmpty()) {
                lacking.add(Part.LINK);
            } else if ((answer.get().number(8) & IFF_UP) == 0) {
                lacking.add(Part.LINK_UP);
            }
        });
        addresses.v4().ifPresent(address -> HostRoutes.ask(query, address, index, () -> lacking.add(Part.ROUTE_V4)));
        addresses.v6().ifPresent(address -> HostRoutes.ask(query, address, index, () -> lacking.add(Part.ROUTE_V6)));
        if (guardsSources) {
            query.ask(RTM_GETTFILTER, batch -> SourceGuard.composeQuestion(batch, index), answer -> {
                if (answer.isEmpty()) {
                    lacking.add(Part.SOURCE_GUARD);
                }
            });
        }
        query.send();
        // What leads over it goes with it.
        return lacking.contains(Part.LINK) ? EnumSet.of(Part.LINK) : lacking;
    }

    /**
     * Makes what is lacking of a running jail's network as it was when it started, without touching what is not.
     *
     * @throws LinuxFailure if that is not possible, as where the jail has made a link of its own in place of the one that is gone
     */
    public void mend(IdRange range, int initPid, IpAddresses addresses, Set<Part> lacking) {
        if (lacking.contains(Part.LINK)) {
            createLink(range, initPid);
            NetlinkSocket.sendInside(initPid, JailLink.inside(hasV6));
            NetlinkSocket.sendInside(initPid, InsideAddresses.of(addresses));
            connect(range, addresses);
            return;
        }
        int index = JailLink.indexOf(range);
        NetlinkBatch batch = new NetlinkBatch();
        Rtnetlink.up(batch, index, JailLink.nameOf(range));
        composeHostEnd(batch, index, addresses);
        NetlinkSocket.sendTolerating(Errno.EEXIST, batch);
        if (lacking.contains(Part.SOURCE_GUARD)) {
            NetlinkBatch old = new NetlinkBatch();
            SourceGuard.composeRemoval(old, index);
            NetlinkSocket.sendTolerating(Errno.EINVAL, old);
            NetlinkBatch guard = new NetlinkBatch();
            SourceGuard.composeIngress(guard, index);
            SourceGuard.compose(guard, index, addresses);
            NetlinkSocket.send(guard);
        }
        if (lacking.contains(Part.ROUTE_V4)) {
            addresses.v4().ifPresent(address -> routes.add(address, index));
        }
        if (lacking.contains(Part.ROUTE_V6)) {
            addresses.v6().ifPresent(address -> routes.add(address, index));
        }
    }

    /** What a jail's network has on the host's side. */
    public enum Part {
        LINK("its network link"),
        LINK_UP("the state 'up' of its network link"),
        ROUTE_V4("the route to its IPv4 address"),
        ROUTE_V6("the route to its IPv6 address"),
        SOURCE_GUARD("the check of the addresses it sends from");

        private final String text;

        Part(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Adds the calls that give the jail's end its addresses, from within, and the way out. */
    public static void composeAddressesInside(SpawnProgram program, IpAddresses addresses) {
        NetlinkSocket.compose(program, InsideAddresses.of(addresses), "addresses and routes");
    }

    /**
     * Has the pair removed, and with it the routes; does not wait for that, since the kernel takes its time. The pair may be gone
     * already: it ends with the jail's network namespace.
     */
    public void disconnect(IdRange range) {
        removals.remove(JailLink.indexOf(range));
    }

    /** Has removed what an agent of this instance that was killed has left of ranges of which {@code isInUse} says that they are nobody's. */
    public void disconnectAllBut(Predicate<IdRange> isInUse) {
        String[] names = new File("/sys/class/net")
                .list((_, name) -> JailLink.NAME.matcher(name).matches());
        for (String name : names == null ? new String[0] : names) {
            IdRange range = IdRange.ofNumber(Integer.parseInt(name.substring(JailLink.PREFIX.length())));
            if (!isInUse.test(range) && JailLink.aliasOf(name).equals(Optional.of(mark))) {
                disconnect(range);
            }
        }
    }

    @Override
    public void close() {
        removals.close();
    }
}

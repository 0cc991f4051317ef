package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_ACK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_CREATE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_EXCL;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_REPLACE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELROUTE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_GETLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_GETROUTE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_GETTFILTER;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWADDR;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWNEIGH;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWROUTE;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A jail's network: a veth pair, routed and not bridged. Inside there are exactly the jail's addresses, so INADDR_ANY means
 * them; outside a host route leads to each. Both ends know the other's link address, so neither ARP nor neighbour discovery
 * ever runs, and there is no segment on which one jail could pose as another.
 */
public final class JailNetwork implements AutoCloseable {

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_PID = 19;
    private static final int IFLA_IFALIAS = 20;
    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFLA_INET_CONF = 1;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final int ADDR_GEN_MODE_NONE = 1;
    private static final int IPV4_DEVCONF_FORWARDING = 1;
    private static final int IPV4_DEVCONF_RP_FILTER = 8;
    private static final int IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE = 9;
    private static final int STRICT = 1;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_F_NODAD = 0x02;

    /** No route to the addresses beside it: every link would add one to the same place of the host's table, which is a list. */
    private static final int IFA_F_NOPREFIXROUTE = 0x200;

    private static final int RTA_DST = 1;
    static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PREFSRC = 7;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int IFF_UP = 1;
    /** {@code struct rtmsg}. */
    static final int ROUTE_BYTES = 12;

    private static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SCOPE_UNIVERSE = 0;
    private static final int SCOPE_LINK = 253;
    static final int LOOPBACK_INDEX = 1;

    /** Above what the kernel gives to the fallback tunnels of a new network namespace. */
    private static final int JAIL_LINK_INDEX = 16;

    /**
     * The host's end for the {@code n}-th range of 65,536 ids has index {@code FIRST_HOST_INDEX + n}, and its name ends in that
     * number: chosen, so that one batch can name it, and known before the jail is that will have it. Two agents on a machine have different ranges of ids, and so different indexes.
     */
    private static final int FIRST_HOST_INDEX = 1_000_000;

    /** Beyond these no range of ids is. */
    private static final int MAX_HOST_INDEXES = 65_536;

    public static final String LINK_PREFIX = "bw";
    private static final Pattern LINK_NAME = Pattern.compile(LINK_PREFIX + "[0-9]{1,5}");

    /** The next hop every jail sees, RFC 3927 and RFC 4291: link-local, so it can be the same on every link. */
    private static final byte[] GATEWAY_V4 = {(byte) 169, (byte) 254, 1, 1};

    private static final byte[] GATEWAY_V6 = {(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    /** {@code ff00::/8}: each link has a route to it, of which the kernel makes one list. No jail has anything to say to all others. */
    private static final byte[] MULTICASTS = {(byte) 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    /** Locally administered; a link has two ends and no other, so the same pair serves all. */
    private static final byte[] HOST_LINK_ADDRESS = {2, 0, 0, 0, 0, 1};

    private static final byte[] JAIL_LINK_ADDRESS = {2, 0, 0, 0, 0, 2};

    /** For a pair of links that lasts a moment; another agent's on this machine has another. */
    private static final int PROBE_INDEX =
            900_000 + (int) (ProcessHandle.current().pid() % 99_999);

    private final boolean hasV6 = Files.exists(Path.of("/proc/net/if_inet6"));
    private final boolean guardsSources = canGuardSources();
    private final LinkRemovals removals = new LinkRemovals();

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

    /** Tried on a pair that is gone again at once: nothing else tells whether the kernel, or a module it loads, can. */
    private static boolean canGuardSources() {
        NetlinkBatch pair = new NetlinkBatch();
        pair.request("pair to probe with", RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, () -> {
            pair.link(PROBE_INDEX, 0, 0);
            pair.nested(IFLA_LINKINFO, () -> pair.attribute(IFLA_INFO_KIND, "veth"));
        });
        send(pair);
        NetlinkBatch guard = new NetlinkBatch();
        SourceGuard.composeIngress(guard, PROBE_INDEX);
        SourceGuard.compose(guard, PROBE_INDEX, IpAddresses.of("192.0.2.1", "2001:db8::1"));
        try {
            send(guard);
            return true;
        } catch (LinuxFailure e) {
            return false;
        } finally {
            NetlinkBatch removal = new NetlinkBatch();
            removal.request("pair to probe with", RTM_DELLINK, NLM_F_ACK, () -> removal.link(PROBE_INDEX, 0, 0));
            send(removal);
        }
    }

    /** Makes a pair with both ends on the host, set as the host's ends of jails are; see {@code ForwardProbe}. */
    public static void makeProbe(String near, int nearIndex, String far, int farIndex, boolean hasV6) {
        NetlinkBatch batch = new NetlinkBatch();
        batch.request("veth " + near, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.link(nearIndex, 0, 0);
            batch.attribute(IFLA_IFNAME, near);
            batch.attribute(IFLA_ADDRESS, HOST_LINK_ADDRESS);
            batch.nested(IFLA_LINKINFO, () -> {
                batch.attribute(IFLA_INFO_KIND, "veth");
                batch.nested(
                        IFLA_INFO_DATA,
                        () -> batch.nested(VETH_INFO_PEER, () -> {
                            batch.link(farIndex, 0, 0);
                            batch.attribute(IFLA_IFNAME, far);
                            batch.attribute(IFLA_ADDRESS, JAIL_LINK_ADDRESS);
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
            up(batch, index, near);
        }
        send(batch);
    }

    /** A route to one address by such a link, which ends with it. */
    public static void probeRoute(NetlinkBatch batch, byte[] to, int index) {
        int family = to.length == 4 ? AF_INET : AF_INET6;
        batch.request("route of the probe", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.route(family, to.length * 8, family == AF_INET ? SCOPE_LINK : SCOPE_UNIVERSE);
            batch.attribute(RTA_DST, to);
            batch.attribute(RTA_OIF, index);
        });
    }

    /** Removes such a pair; does nothing where there is none. */
    public static void removeProbe(int index) {
        NetlinkBatch batch = new NetlinkBatch();
        batch.request("pair to probe with", RTM_DELLINK, NLM_F_ACK, () -> batch.link(index, 0, 0));
        sendTolerating(Errno.ENODEV, batch);
    }

    /** Makes the pair, the jail's end in the network namespace of {@code initPid}: all of it that no jail's addresses change. */
    public void createLink(IdRange range, int initPid) {
        int index = indexOf(range);
        removals.await(index);
        NetlinkBatch batch = new NetlinkBatch();
        batch.request("veth " + nameOf(range), RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.link(index, 0, 0);
            batch.attribute(IFLA_IFNAME, nameOf(range));
            batch.attribute(IFLA_ADDRESS, HOST_LINK_ADDRESS);
            batch.nested(IFLA_LINKINFO, () -> {
                batch.attribute(IFLA_INFO_KIND, "veth");
                batch.nested(
                        IFLA_INFO_DATA,
                        () -> batch.nested(VETH_INFO_PEER, () -> {
                            batch.link(JAIL_LINK_INDEX, 0, 0);
                            batch.attribute(IFLA_IFNAME, "eth0");
                            batch.attribute(IFLA_ADDRESS, JAIL_LINK_ADDRESS);
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
                            // The guard sees where a packet says that it goes, not where its options lead it.
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
        up(batch, index, nameOf(range));
        send(batch);
    }

    /** Adds the calls that bring up, from within, the jail's end of a pair without addresses, and loopback. */
    public void composeLinkInside(SpawnProgram program) {
        compose(program, linkInside(), "links");
    }

    private NetlinkBatch linkInside() {
        NetlinkBatch batch = new NetlinkBatch();
        up(batch, LOOPBACK_INDEX, "lo");
        if (hasV6) {
            batch.request("settings of eth0", RTM_NEWLINK, 0, () -> {
                batch.link(JAIL_LINK_INDEX, 0, 0);
                batch.nested(
                        IFLA_AF_SPEC,
                        () -> batch.nested(
                                AF_INET6, () -> batch.byteAttribute(IFLA_INET6_ADDR_GEN_MODE, ADDR_GEN_MODE_NONE)));
            });
        }
        up(batch, JAIL_LINK_INDEX, "eth0");
        return batch;
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
        int index = indexOf(range);
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
        sendTolerating(Errno.ESRCH, batch);
        addresses.v4().ifPresent(address -> hostRoute(AF_INET, address, index, GATEWAY_V4));
        addresses.v6().ifPresent(address -> hostRoute(AF_INET6, address, index, null));
    }

    private static void composeHostEnd(NetlinkBatch batch, int index, IpAddresses addresses) {
        addresses.v4().ifPresent(address -> {
            assign(batch, AF_INET, GATEWAY_V4, 32, SCOPE_LINK, index);
            neighbour(batch, AF_INET, address.bytes(), index, JAIL_LINK_ADDRESS);
        });
        addresses.v6().ifPresent(address -> neighbour(batch, AF_INET6, address.bytes(), index, JAIL_LINK_ADDRESS));
    }

    /** What of the host's side of a running jail's network is not there; empty where all is. */
    public Set<Part> lacking(IdRange range, IpAddresses addresses) {
        int index = indexOf(range);
        NetlinkQuery query = new NetlinkQuery();
        Set<Part> lacking = EnumSet.noneOf(Part.class);
        query.ask(RTM_GETLINK, batch -> batch.link(index, 0, 0), answer -> {
            if (answer.isEmpty()) {
                lacking.add(Part.LINK);
            } else if ((answer.get().number(8) & IFF_UP) == 0) {
                lacking.add(Part.LINK_UP);
            }
        });
        addresses.v4().ifPresent(address -> askRoute(query, AF_INET, address, index, lacking));
        addresses.v6().ifPresent(address -> askRoute(query, AF_INET6, address, index, lacking));
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

    private static void askRoute(NetlinkQuery query, int family, IpAddress to, int index, Set<Part> lacking) {
        query.ask(RTM_GETROUTE, batch -> batch.routeTo(family, to.bytes()), answer -> {
            boolean leadsThere = answer.flatMap(route -> route.attribute(ROUTE_BYTES, RTA_OIF))
                    .equals(Optional.of(index));
            if (!leadsThere) {
                lacking.add(family == AF_INET ? Part.ROUTE_V4 : Part.ROUTE_V6);
            }
        });
    }

    /** The host's end of each pair has it. */
    public static byte[] hostLinkAddress() {
        return HOST_LINK_ADDRESS.clone();
    }

    /** The jail's end of each pair has it. */
    public static byte[] jailLinkAddress() {
        return JAIL_LINK_ADDRESS.clone();
    }

    /** Whether the range's link is there, and up. */
    public static boolean hasLink(IdRange range) {
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
     * Makes what is lacking of a running jail's network as it was when it started, without touching what is not.
     *
     * @throws LinuxFailure if that is not possible, as where the jail has made a link of its own in place of the one that is gone
     */
    public void mend(IdRange range, int initPid, IpAddresses addresses, Set<Part> lacking) {
        if (lacking.contains(Part.LINK)) {
            createLink(range, initPid);
            sendInside(initPid, linkInside());
            sendInside(initPid, addressesInside(addresses));
            connect(range, addresses);
            return;
        }
        int index = indexOf(range);
        NetlinkBatch batch = new NetlinkBatch();
        up(batch, index, nameOf(range));
        composeHostEnd(batch, index, addresses);
        sendTolerating(Errno.EEXIST, batch);
        if (lacking.contains(Part.SOURCE_GUARD)) {
            NetlinkBatch old = new NetlinkBatch();
            SourceGuard.composeRemoval(old, index);
            sendTolerating(Errno.EINVAL, old);
            NetlinkBatch guard = new NetlinkBatch();
            SourceGuard.composeIngress(guard, index);
            SourceGuard.compose(guard, index, addresses);
            send(guard);
        }
        if (lacking.contains(Part.ROUTE_V4)) {
            addresses.v4().ifPresent(address -> hostRoute(AF_INET, address, index, GATEWAY_V4));
        }
        if (lacking.contains(Part.ROUTE_V6)) {
            addresses.v6().ifPresent(address -> hostRoute(AF_INET6, address, index, null));
        }
    }

    /** From a thread that joins the network namespace of this process, and ends: no other thread of the agent is ever in it. */
    private static void sendInside(int pid, NetlinkBatch batch) {
        FutureTask<Void> task = new FutureTask<>(
                () -> {
                    try (Descriptor namespace =
                            Linux.openat2(Constants.AT_FDCWD, "/proc/" + pid + "/ns/net", Constants.O_RDONLY, 0, 0)) {
                        Linux.call(
                                SystemCall.SETNS,
                                "network namespace of process " + pid,
                                namespace.number(),
                                Constants.CLONE_NEWNET);
                    }
                    send(batch);
                },
                null);
        Thread.ofPlatform().name("jail-mend").daemon().start(task);
        try {
            task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinuxFailure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KernelRefusal.transientFailure("AgentStops", "the agent is stopping");
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

    /** Never takes a route from another: two jails with one address are a mistake. But one that is on its way out gives it up. */
    private void hostRoute(int family, IpAddress to, int index, byte @Nullable [] source) {
        NetlinkBatch batch = new NetlinkBatch();
        batch.request("route to " + to, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.route(family, to.bytes().length * 8, family == AF_INET ? SCOPE_LINK : SCOPE_UNIVERSE);
            batch.attribute(RTA_DST, to.bytes());
            batch.attribute(RTA_OIF, index);
            if (source != null) {
                batch.attribute(RTA_PREFSRC, source);
            }
        });
        try {
            send(batch);
        } catch (LinuxFailure e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            removals.awaitAll();
            sendUnlessTaken(batch, to);
        }
    }

    private static void sendUnlessTaken(NetlinkBatch batch, IpAddress to) {
        try {
            send(batch);
        } catch (LinuxFailure e) {
            if (e.errno() == Errno.EEXIST) {
                throw KernelRefusal.transientFailure(
                        "AddressTaken", "another route of this host leads to " + to + holderOf(to));
            }
            throw e;
        }
    }

    /** Whose link it is that leads there, by the alias that another agent on this host has given it. */
    private static String holderOf(IpAddress to) {
        NetlinkQuery query = new NetlinkQuery();
        StringBuilder holder = new StringBuilder();
        int family = to.bytes().length == 4 ? AF_INET : AF_INET6;
        query.ask(
                RTM_GETROUTE,
                batch -> batch.routeTo(family, to.bytes()),
                answer -> answer.flatMap(route -> route.attribute(ROUTE_BYTES, RTA_OIF))
                        .filter(JailNetwork::isHostIndex)
                        .ifPresent(index -> {
                            String name = nameOf(rangeOf(index));
                            holder.append(": link ")
                                    .append(name)
                                    .append(aliasOf(name)
                                            .map(alias -> " of '" + alias + "'")
                                            .orElse(""));
                        }));
        query.send();
        return holder.toString();
    }

    /** Adds the calls that give the jail's end its addresses, from within, and the way out. */
    public static void composeAddressesInside(SpawnProgram program, IpAddresses addresses) {
        compose(program, addressesInside(addresses), "addresses and routes");
    }

    private static NetlinkBatch addressesInside(IpAddresses addresses) {
        NetlinkBatch batch = new NetlinkBatch();
        addresses.v4().ifPresent(address -> {
            assign(batch, AF_INET, address.bytes(), 32, SCOPE_UNIVERSE, JAIL_LINK_INDEX);
            linkRoute(batch, AF_INET, GATEWAY_V4, 32);
            defaultRoute(batch, AF_INET, GATEWAY_V4);
            neighbour(batch, AF_INET, GATEWAY_V4, JAIL_LINK_INDEX, HOST_LINK_ADDRESS);
        });
        addresses.v6().ifPresent(address -> {
            assign(batch, AF_INET6, address.bytes(), 128, SCOPE_UNIVERSE, JAIL_LINK_INDEX);
            linkRoute(batch, AF_INET6, GATEWAY_V6, 128);
            defaultRoute(batch, AF_INET6, GATEWAY_V6);
            neighbour(batch, AF_INET6, GATEWAY_V6, JAIL_LINK_INDEX, HOST_LINK_ADDRESS);
        });
        return batch;
    }

    private static void compose(SpawnProgram program, NetlinkBatch batch, String subject) {
        byte[] requests = batch.bytes();
        Pointer answer = program.memory().bytes(256);
        Operand.Slot socket = program.keep(
                "netlink",
                SystemCall.SOCKET,
                Operand.of(Constants.AF_NETLINK),
                Operand.of(Constants.SOCK_RAW | Constants.SOCK_CLOEXEC),
                Operand.of(Constants.NETLINK_ROUTE));
        program.run(
                subject,
                SystemCall.SENDTO,
                socket,
                Operand.of(program.memory().copy(requests)),
                Operand.of(requests.length),
                Operand.ZERO,
                Operand.ZERO,
                Operand.ZERO);
        // Requests without acknowledgement are answered only where one failed, and were handled when send returned.
        program.runExpecting(
                Errno.EAGAIN,
                "answer about " + subject + ": one was refused",
                SystemCall.RECVFROM,
                socket,
                Operand.of(answer),
                Operand.of(256),
                Operand.of(Constants.MSG_DONTWAIT),
                Operand.ZERO,
                Operand.ZERO);
    }

    /**
     * Has the pair removed, and with it the routes; does not wait for that, since the kernel takes its time. The pair may be gone
     * already: it ends with the jail's network namespace.
     */
    public void disconnect(IdRange range) {
        removals.remove(indexOf(range));
    }

    /** Has removed what an agent of this instance that was killed has left of ranges of which {@code isInUse} says that they are nobody's. */
    public void disconnectAllBut(Predicate<IdRange> isInUse) {
        String[] names = new File("/sys/class/net")
                .list((_, name) -> LINK_NAME.matcher(name).matches());
        for (String name : names == null ? new String[0] : names) {
            IdRange range = IdRange.ofNumber(Integer.parseInt(name.substring(LINK_PREFIX.length())));
            if (!isInUse.test(range) && aliasOf(name).equals(Optional.of(mark))) {
                disconnect(range);
            }
        }
    }

    private static Optional<String> aliasOf(String name) {
        try {
            return Optional.of(Files.readString(Path.of("/sys/class/net", name, "ifalias"))
                            .strip())
                    .filter(alias -> !alias.isEmpty());
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Whether a link of this index may be the host's end of a jail's. */
    static boolean isHostIndex(int index) {
        return index >= FIRST_HOST_INDEX && index < FIRST_HOST_INDEX + MAX_HOST_INDEXES;
    }

    /** The range whose link has this index. */
    static IdRange rangeOf(int index) {
        return IdRange.ofNumber(index - FIRST_HOST_INDEX);
    }

    /** Of the host's end. */
    public static int indexOf(IdRange range) {
        return FIRST_HOST_INDEX + range.number();
    }

    /** The host's end. */
    private static String nameOf(IdRange range) {
        return LINK_PREFIX + range.number();
    }

    @Override
    public void close() {
        removals.close();
    }

    private static void up(NetlinkBatch batch, int index, String subject) {
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

    private static void linkRoute(NetlinkBatch batch, int family, byte[] to, int prefix) {
        batch.request("route to the gateway", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, () -> {
            batch.route(family, prefix, family == AF_INET ? SCOPE_LINK : SCOPE_UNIVERSE);
            batch.attribute(RTA_DST, to);
            batch.attribute(RTA_OIF, JAIL_LINK_INDEX);
        });
    }

    private static void defaultRoute(NetlinkBatch batch, int family, byte[] gateway) {
        batch.request("default route", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.route(family, 0, SCOPE_UNIVERSE);
            batch.attribute(RTA_GATEWAY, gateway);
            batch.attribute(RTA_OIF, JAIL_LINK_INDEX);
        });
    }

    private static void neighbour(NetlinkBatch batch, int family, byte[] address, int index, byte[] linkAddress) {
        batch.request("neighbour", RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, () -> {
            batch.neighbour(family, index);
            batch.attribute(NDA_DST, address);
            batch.attribute(NDA_LLADDR, linkAddress);
        });
    }

    /** To the kernel's rtnetlink(7), in the network namespace of the calling thread. */
    static Descriptor openSocket() {
        return new Descriptor((int) Linux.call(
                SystemCall.SOCKET,
                "netlink",
                Constants.AF_NETLINK,
                Constants.SOCK_RAW | Constants.SOCK_CLOEXEC,
                Constants.NETLINK_ROUTE));
    }

    private static void send(NetlinkBatch batch) {
        sendTolerating(0, batch);
    }

    /**
     * Sends from the agent's own network namespace and reads the answers, if there are any.
     *
     * @param errno what is no failure, or 0
     */
    public static void sendTolerating(int errno, NetlinkBatch batch) {
        byte[] requests = batch.bytes();
        try (NativeMemory memory = new NativeMemory();
                Descriptor socket = openSocket()) {
            Linux.call(
                    SystemCall.SENDTO,
                    "netlink",
                    socket.number(),
                    NativeMemory.address(memory.copy(requests)),
                    requests.length,
                    0,
                    0,
                    0);
            Pointer answer = memory.bytes(4096);
            while (true) {
                long length = Linux.raw(
                        SystemCall.RECVFROM,
                        socket.number(),
                        NativeMemory.address(answer),
                        4096,
                        Constants.MSG_DONTWAIT,
                        0,
                        0);
                if (length == -Errno.EAGAIN) {
                    return;
                }
                Linux.checked("recvfrom", "netlink", length);
                Optional<LinuxFailure> failure = batch.failure(answer.getByteArray(0, (int) length));
                if (failure.isPresent() && failure.get().errno() != errno) {
                    throw failure.get();
                }
            }
        }
    }
}

package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_CREATE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_EXCL;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_REPLACE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELQDISC;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_GETQDISC;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_GETTFILTER;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWQDISC;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The bandwidth of jails, limited on the host's side of their links, where no root of a jail can change it. What a jail receives waits in
 * a token bucket filter (tc-tbf(8)) on the host's end. The kernel lets nothing wait where it arrives, so what a jail sends is redirected to
 * an intermediate device (ifb) with such a filter, and continues from there as if it had just arrived over the link.
 *
 * <p>A jail without a limit has neither. {@link SourceGuard} drops packets before the redirection.
 */
final class LinkRates {

    /** The intermediate device of the link with index {@code n} has an index that is this much higher; all links come before. */
    private static final int BEYOND_LINKS = 100_000;

    /** The device for the probe comes so far before the link for the probe: below all other links of agents. */
    private static final int BELOW_PROBES = 300_000;

    private static final long PROBED_RATE = 1_000_000;
    private static final String PREFIX = "qbw";
    private static final Pattern NAME = Pattern.compile(PREFIX + "[0-9]{1,5}");

    private static final int ROOT = 0xffffffff;
    /** {@code 1:}. */
    private static final int HANDLE = 0x10000;

    private static final int TCA_KIND = 1;
    private static final int TCA_OPTIONS = 2;
    private static final int TCA_TBF_PARMS = 1;
    private static final int TCA_TBF_RATE64 = 4;
    private static final int TCA_TBF_BURST = 6;
    private static final int ETHERNET = 1;
    private static final int QDISC_BYTES = 20;
    private static final int RATE_OFFSET = 8;
    private static final long MAX_WORD = 0xffff_ffffL;

    /** The part of a second in which the tokens of a whole bucket come. */
    private static final int BUCKETS_A_SECOND = 50;

    /** The part of a second in which a full queue drains. */
    private static final int QUEUES_A_SECOND = 20;

    private static final int MIN_BUCKET = 16 << 10;
    private static final int MIN_QUEUE = 32 << 10;

    /** Waiting packets are memory of the host. */
    private static final int MAX_BYTES = 1 << 20;

    private final String mark;
    private final LinkRemovals removals;
    private final boolean into;
    private final OutgoingLimit outgoing;

    /**
     * @param mark the alias of each device of this agent
     * @param outgoing by what the host limits what jails send; only {@link OutgoingLimit#IFB} is done here
     */
    LinkRates(String mark, LinkRemovals removals, OutgoingLimit outgoing) {
        this.mark = mark;
        this.removals = removals;
        this.outgoing = outgoing;
        this.into = outgoing == OutgoingLimit.IFB
                || ProbeLink.can(batch -> composeBucket(batch, ProbeLink.INDEX, PROBED_RATE));
    }

    /** Returns whether the kernel has all that both limits need. Only an attempt shows it. */
    static boolean canRedirect() {
        return ProbeLink.can(LinkRates::composeProbe);
    }

    /** Adds all requests for both limits, and one that removes the device: the kernel tries each, also if an earlier one fails. */
    private static void composeProbe(NetlinkBatch batch) {
        int device = ProbeLink.INDEX - BELOW_PROBES;
        composeBucket(batch, ProbeLink.INDEX, PROBED_RATE);
        composeDevice(batch, device, PREFIX + "p" + device, "bailiwick probe");
        composeBucket(batch, device, PROBED_RATE);
        SourceGuard.composeIngress(batch, ProbeLink.INDEX);
        SourceGuard.composeRedirection(batch, ProbeLink.INDEX, device);
        batch.request("device to probe with", RTM_DELLINK, 0, () -> batch.link(device, 0, 0));
    }

    /** Returns whether the kernel can limit what a jail receives. */
    boolean limitsInto() {
        return into;
    }

    OutgoingLimit outgoing() {
        return outgoing;
    }

    /**
     * Sets the limits that are named, in place of others that the link may have. Costs nothing if none is.
     *
     * @throws KernelRefusal if this host cannot enforce one
     */
    void set(IdRange range, Limits limits) {
        requirePossible(limits);
        int index = JailLink.indexOf(range);
        OptionalLong in = limits.of(Limit.BANDWIDTH_IN);
        if (in.isPresent()) {
            NetlinkBatch batch = new NetlinkBatch();
            composeBucket(batch, index, in.getAsLong());
            NetlinkSocket.send(batch);
        }
        OptionalLong out = redirected(limits);
        if (out.isPresent()) {
            int device = deviceOf(index);
            removals.await(device);
            NetlinkBatch batch = new NetlinkBatch();
            composeDevice(batch, device, nameOf(range), mark);
            composeBucket(batch, device, out.getAsLong());
            SourceGuard.composeRedirection(batch, index, device);
            // The device may exist.
            NetlinkSocket.sendTolerating(Errno.EEXIST, batch);
        }
    }

    /** @throws KernelRefusal if this host cannot enforce one */
    void requirePossible(Limits limits) {
        require(into, limits, Limit.BANDWIDTH_IN);
        require(outgoing != OutgoingLimit.NONE, limits, Limit.BANDWIDTH_OUT);
    }

    /** Returns the limit of what a jail sends, if this is the part that enforces it. */
    private OptionalLong redirected(Limits limits) {
        return outgoing == OutgoingLimit.IFB ? limits.of(Limit.BANDWIDTH_OUT) : OptionalLong.empty();
    }

    private static void require(boolean possible, Limits limits, Limit limit) {
        if (!possible && limits.of(limit).isPresent()) {
            throw KernelRefusal.permanent(
                    "ControllerMissing",
                    "this host cannot enforce limits." + limit.text()
                            + ": its kernel lacks what the host's page names");
        }
    }

    /** Sets the limits that are named, and removes the others. */
    void replace(IdRange range, Limits limits) {
        set(range, limits);
        int index = JailLink.indexOf(range);
        NetlinkBatch batch = new NetlinkBatch();
        if (limits.of(Limit.BANDWIDTH_IN).isEmpty()) {
            batch.request("bandwidth into " + JailLink.nameOf(range), RTM_DELQDISC, 0, () -> {
                batch.trafficControl(index, HANDLE, ROOT, 0);
                batch.attribute(TCA_KIND, "tbf");
            });
        }
        if (redirected(limits).isEmpty() && exists(range)) {
            SourceGuard.composeRedirectionRemoval(batch, index);
            batch.request("device " + nameOf(range), RTM_DELLINK, 0, () -> batch.link(deviceOf(index), 0, 0));
        }
        if (batch.isEmpty()) {
            return;
        }
        Set<Integer> absent = Set.of(Errno.ENOENT, Errno.EINVAL, Errno.ENODEV);
        for (LinuxFailure failure : NetlinkSocket.failuresOf(batch)) {
            if (!absent.contains(failure.errno())) {
                throw failure;
            }
        }
    }

    /** Asks which of these limits are not in force. */
    void ask(NetlinkQuery query, IdRange range, Limits limits, Consumer<NetworkPart> lacking) {
        int index = JailLink.indexOf(range);
        limits.of(Limit.BANDWIDTH_IN)
                .ifPresent(rate -> askForBucket(query, index, rate, () -> lacking.accept(NetworkPart.BANDWIDTH_IN)));
        redirected(limits).ifPresent(rate -> {
            askForBucket(query, deviceOf(index), rate, () -> lacking.accept(NetworkPart.BANDWIDTH_OUT));
            query.ask(RTM_GETTFILTER, batch -> SourceGuard.composeRedirectionQuestion(batch, index), answer -> {
                if (answer.isEmpty()) {
                    lacking.accept(NetworkPart.BANDWIDTH_OUT);
                }
            });
        });
    }

    private static void askForBucket(NetlinkQuery query, int index, long bits, Runnable ifNot) {
        query.ask(RTM_GETQDISC, batch -> batch.trafficControl(index, HANDLE, ROOT, 0), answer -> {
            Optional<Integer> rate =
                    answer.flatMap(qdisc -> qdisc.attribute(QDISC_BYTES, TCA_OPTIONS, TCA_TBF_PARMS, RATE_OFFSET));
            if (!rate.equals(Optional.of(word(bits / Byte.SIZE)))) {
                ifNot.run();
            }
        });
    }

    private static int word(long number) {
        return (int) Math.min(number, MAX_WORD);
    }

    /** Removes the device of this range later, if it has one. */
    void remove(IdRange range) {
        if (exists(range)) {
            removals.remove(deviceOf(JailLink.indexOf(range)));
        }
    }

    /** Returns the ranges for which this agent has created devices. */
    Stream<IdRange> all() {
        String[] names =
                new File("/sys/class/net").list((_, name) -> NAME.matcher(name).matches());
        return Stream.of(names == null ? new String[0] : names)
                .filter(name -> JailLink.aliasOf(name).equals(Optional.of(mark)))
                .map(name -> IdRange.ofNumber(Integer.parseInt(name.substring(PREFIX.length()))));
    }

    private static boolean exists(IdRange range) {
        return Files.exists(Path.of("/sys/class/net", nameOf(range)));
    }

    private static String nameOf(IdRange range) {
        return PREFIX + range.number();
    }

    private static int deviceOf(int index) {
        return index + BEYOND_LINKS;
    }

    /** Returns the index of the link whose device this is; any other index stays as it is. */
    static int linkOf(int index) {
        return JailLink.isHostIndex(index - BEYOND_LINKS) ? index - BEYOND_LINKS : index;
    }

    private static void composeDevice(NetlinkBatch batch, int device, String name, String mark) {
        batch.request("device " + name, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.link(device, 0, 0);
            batch.attribute(Rtnetlink.IFLA_IFNAME, name);
            batch.nested(Rtnetlink.IFLA_LINKINFO, () -> batch.attribute(Rtnetlink.IFLA_INFO_KIND, "ifb"));
        });
        batch.request("settings of " + name, RTM_NEWLINK, 0, () -> {
            batch.link(device, 0, 0);
            batch.attribute(Rtnetlink.IFLA_IFALIAS, mark.getBytes(StandardCharsets.UTF_8));
            if (Files.exists(Path.of("/proc/net/if_inet6"))) {
                batch.nested(
                        Rtnetlink.IFLA_AF_SPEC,
                        () -> batch.nested(
                                Rtnetlink.AF_INET6,
                                () -> batch.byteAttribute(
                                        Rtnetlink.IFLA_INET6_ADDR_GEN_MODE, Rtnetlink.ADDR_GEN_MODE_NONE)));
            }
        });
        Rtnetlink.up(batch, device, name);
    }

    /** Adds the request for a token bucket at the end of the link, or for another rate of the one that is there. */
    private static void composeBucket(NetlinkBatch batch, int index, long bits) {
        long rate = bits / Byte.SIZE;
        int bucket = Math.clamp(rate / BUCKETS_A_SECOND, MIN_BUCKET, MAX_BYTES);
        int queue = Math.clamp(rate / QUEUES_A_SECOND, MIN_QUEUE, MAX_BYTES);
        // struct tc_tbf_qopt: two tc_ratespec of 12 bytes, limit, buffer and mtu.
        ByteBuffer parameters = ByteBuffer.allocate(36).order(ByteOrder.nativeOrder());
        parameters.put(1, (byte) ETHERNET).putInt(RATE_OFFSET, word(rate)).putInt(24, queue + bucket);
        batch.request("bandwidth of link " + index, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, () -> {
            batch.trafficControl(index, HANDLE, ROOT, 0);
            batch.attribute(TCA_KIND, "tbf");
            batch.nested(TCA_OPTIONS, () -> {
                batch.attribute(TCA_TBF_PARMS, parameters.array());
                batch.attribute(TCA_TBF_BURST, bucket);
                if (rate > MAX_WORD) {
                    batch.attribute(
                            TCA_TBF_RATE64,
                            ByteBuffer.allocate(Long.BYTES)
                                    .order(ByteOrder.nativeOrder())
                                    .putLong(rate)
                                    .array());
                }
            });
        });
    }
}

package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_CREATE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_EXCL;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELQDISC;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELTFILTER;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWQDISC;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWTFILTER;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A filter at the host's end of a jail's link that admits only packets from the jail's own addresses. Root in a jail can bind any IPv6
 * address (IPV6_FREEBIND, ipv6(7)) and send from it, and the kernel has no reverse path filter for IPv6. The jail controls rules in its
 * own network namespace, but not this end of the link.
 *
 * <p>The filter is a classic BPF program at the link's ingress (tc-bpf(8)). It exists as long as the link, and reloading the host's
 * firewall does not remove it.
 */
final class SourceGuard {

    private static final int INGRESS = 0xfffffff1;
    private static final int INGRESS_HANDLE = 0xffff0000;
    private static final int TCA_KIND = 1;
    private static final int TCA_OPTIONS = 2;
    private static final int TCA_BPF_OPS_LEN = 4;
    private static final int TCA_BPF_OPS = 5;
    private static final int TCA_BPF_FLAGS = 8;
    private static final int ACT_DIRECT = 1;
    private static final int FIRST_PRIORITY = 1 << 16;
    /** The kernel gives it to the first filter of a priority. */
    private static final int FIRST_HANDLE = 1;

    private static final int SECOND_PRIORITY = 2 << 16;
    private static final int TCA_BPF_ACT = 1;
    private static final int FIRST_ACTION = 1;
    private static final int TCA_ACT_KIND = 1;
    private static final int TCA_ACT_OPTIONS = 2;
    private static final int TCA_MIRRED_PARMS = 2;
    private static final int TC_ACT_STOLEN = 4;
    private static final int EGRESS_REDIRECTION = 1;
    /** ETH_P_ALL, in network byte order as in {@code tcm_info}. */
    private static final int EVERY_PROTOCOL = Short.toUnsignedInt(
            ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Short.reverseBytes((short) 3) : (short) 3);

    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_HALF = 0x28;
    private static final int JUMP_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int TO_NEXT_FILTER = -1;
    private static final int DROP = 2;

    // Offsets in an Ethernet frame.
    private static final int PROTOCOL = 12;
    private static final int V4_SOURCE = 26;
    private static final int V6_SOURCE = 22;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;

    private SourceGuard() {}

    /** Adds the request that prepares the link of this index for the guard. */
    static void composeIngress(NetlinkBatch batch, int index) {
        batch.request("ingress of the link", RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, () -> {
            batch.trafficControl(index, INGRESS_HANDLE, INGRESS, 0);
            batch.attribute(TCA_KIND, "ingress");
        });
    }

    /** Adds the request that installs the guard. */
    static void compose(NetlinkBatch batch, int index, IpAddresses addresses) {
        compose(batch, index, addresses, 0, NLM_F_CREATE | NLM_F_EXCL);
    }

    /** Adds the request that replaces the guard, or installs it if there is none; no packet passes in between without it. */
    static void composeReplacement(NetlinkBatch batch, int index, IpAddresses addresses) {
        compose(batch, index, addresses, FIRST_HANDLE, NLM_F_CREATE);
    }

    private static void compose(NetlinkBatch batch, int index, IpAddresses addresses, int handle, int flags) {
        byte[] program = program(addresses);
        batch.request("source addresses of the link", RTM_NEWTFILTER, flags, () -> {
            batch.trafficControl(index, handle, INGRESS_HANDLE, FIRST_PRIORITY | EVERY_PROTOCOL);
            batch.attribute(TCA_KIND, "bpf");
            batch.nested(TCA_OPTIONS, () -> {
                batch.shortAttribute(TCA_BPF_OPS_LEN, program.length / INSTRUCTION_BYTES);
                batch.attribute(TCA_BPF_OPS, program);
                batch.attribute(TCA_BPF_FLAGS, ACT_DIRECT);
            });
        });
    }

    /** Adds the request that redirects what the guard admits to another device. */
    static void composeRedirection(NetlinkBatch batch, int index, int device) {
        ByteBuffer all = ByteBuffer.allocate(INSTRUCTION_BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort((short) RETURN)
                .putInt(4, TO_NEXT_FILTER);
        // struct tc_mirred: index, capabilities, action, two counts, what to do, and the device.
        ByteBuffer redirection = ByteBuffer.allocate(28)
                .order(ByteOrder.nativeOrder())
                .putInt(8, TC_ACT_STOLEN)
                .putInt(20, EGRESS_REDIRECTION)
                .putInt(24, device);
        batch.request("redirection of the link", RTM_NEWTFILTER, NLM_F_CREATE, () -> {
            batch.trafficControl(index, FIRST_HANDLE, INGRESS_HANDLE, SECOND_PRIORITY | EVERY_PROTOCOL);
            batch.attribute(TCA_KIND, "bpf");
            batch.nested(TCA_OPTIONS, () -> {
                batch.shortAttribute(TCA_BPF_OPS_LEN, 1);
                batch.attribute(TCA_BPF_OPS, all.array());
                batch.nested(
                        TCA_BPF_ACT,
                        () -> batch.nested(FIRST_ACTION, () -> {
                            batch.attribute(TCA_ACT_KIND, "mirred");
                            batch.nested(TCA_ACT_OPTIONS, () -> batch.attribute(TCA_MIRRED_PARMS, redirection.array()));
                        }));
            });
        });
    }

    /** Adds the request that removes the redirection; fails with ENOENT if there is none. */
    static void composeRedirectionRemoval(NetlinkBatch batch, int index) {
        batch.request("redirection of the link", RTM_DELTFILTER, 0, () -> composeRedirectionQuestion(batch, index));
    }

    /** Asks for the filter of {@link #composeRedirection}. */
    static void composeRedirectionQuestion(NetlinkBatch batch, int index) {
        batch.trafficControl(index, FIRST_HANDLE, INGRESS_HANDLE, SECOND_PRIORITY | EVERY_PROTOCOL);
        batch.attribute(TCA_KIND, "bpf");
    }

    /** Asks for the filter of {@link #compose}: the first of its priority. */
    static void composeQuestion(NetlinkBatch batch, int index) {
        batch.trafficControl(index, FIRST_HANDLE, INGRESS_HANDLE, FIRST_PRIORITY | EVERY_PROTOCOL);
        batch.attribute(TCA_KIND, "bpf");
    }

    /** Adds the request that removes the guard and everything else at the link's ingress; fails with EINVAL if there is nothing. */
    static void composeRemoval(NetlinkBatch batch, int index) {
        batch.request("ingress of the link", RTM_DELQDISC, 0, () -> {
            batch.trafficControl(index, INGRESS_HANDLE, INGRESS, 0);
            batch.attribute(TCA_KIND, "ingress");
        });
    }

    /**
     * Returns the program. For each address it compares the protocol and the words of the source; equal packets pass, all others are
     * dropped.
     */
    static byte[] program(IpAddresses addresses) {
        List<int[]> instructions = new ArrayList<>();
        addresses.allV4().forEach(address -> source(instructions, IPV4, V4_SOURCE, address));
        addresses.allV6().forEach(address -> source(instructions, IPV6, V6_SOURCE, address));
        instructions.add(new int[] {RETURN, 0, DROP});
        ByteBuffer program =
                ByteBuffer.allocate(INSTRUCTION_BYTES * instructions.size()).order(ByteOrder.nativeOrder());
        for (int[] instruction : instructions) {
            int jumpIfTrue = 0;
            program.putShort((short) instruction[0])
                    .put((byte) jumpIfTrue)
                    .put((byte) instruction[1])
                    .putInt(instruction[2]);
        }
        return program.array();
    }

    private static void source(List<int[]> instructions, int protocol, int offset, IpAddress address) {
        ByteBuffer words = ByteBuffer.wrap(address.bytes());
        int left = 2 * words.remaining() / Integer.BYTES + 1;
        instructions.add(new int[] {LOAD_HALF, 0, PROTOCOL});
        instructions.add(new int[] {JUMP_EQUAL, left, protocol});
        for (int at = offset; words.hasRemaining(); at += Integer.BYTES) {
            left -= 2;
            instructions.add(new int[] {LOAD_WORD, 0, at});
            instructions.add(new int[] {JUMP_EQUAL, left, words.getInt()});
        }
        instructions.add(new int[] {RETURN, 0, TO_NEXT_FILTER});
    }
}

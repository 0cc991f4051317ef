package dev.bailiwick.agent.kernel.linux.guard;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Detects changes that other programs make to one table. It is a member of the multicast group to which the kernel sends all changes of
 * nftables in a network namespace (NFNLGRP_NFTABLES). Each transaction ends with the name of the thread that made it
 * (NFTA_GEN_PROC_NAME), and tables of different agents have different names.
 */
final class RulesetChanges implements AutoCloseable {

    private static final int NETLINK_NETFILTER = 12;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int NFNLGRP_NFTABLES = 7;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SUBSYSTEM_NFTABLES = 10;
    private static final int NFT_MSG_NEWGEN = 15;
    private static final int NFT_MSG_TRACE = 17;
    /** NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE, NFTA_SET_TABLE and so on: the table is always the first attribute. */
    private static final int TABLE = 1;

    private static final int GENERATION_PROCESS_NAME = 3;
    private static final int HEADER_BYTES = 16;
    private static final int FAMILY_BYTES = 4;
    private static final int ADDRESS_BYTES = 12;
    private static final int MAX_MESSAGE_BYTES = 64 << 10;

    /** Several times the size of a table for thousands of jails with a hundred rules each. The kernel takes what it needs of that. */
    private static final int BUFFER_BYTES = 64 << 20;

    /** How long a restoration for lost notifications waits for the next one: it may lose notifications itself. */
    private static final long BETWEEN_LOSSES_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String table;
    private final String own;
    private final NativeMemory memory = new NativeMemory();
    private final Pointer buffer = memory.bytes(MAX_MESSAGE_BYTES);
    private final Descriptor socket;
    private boolean touched;
    private boolean others;
    private boolean lost;
    private OptionalLong lossAnsweredAt = OptionalLong.empty();

    /**
     * @param table the name of the table
     * @param own the name of the thread that may change it
     */
    RulesetChanges(String table, String own) {
        this(table, own, BUFFER_BYTES);
    }

    /** @param bufferBytes how many bytes of notifications the kernel keeps until they are read */
    RulesetChanges(String table, String own, int bufferBytes) {
        this.table = table;
        this.own = own;
        this.socket = new Descriptor((int) Linux.call(
                SystemCall.SOCKET,
                "nftables",
                Constants.AF_NETLINK,
                Constants.SOCK_RAW | Constants.SOCK_CLOEXEC,
                NETLINK_NETFILTER));
        try {
            option(SOL_SOCKET, SO_RCVBUFFORCE, bufferBytes);
            bind();
            option(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES);
        } catch (LinuxFailure e) {
            close();
            throw e;
        }
    }

    /** Returns a descriptor that is readable when there are notifications. */
    Descriptor descriptor() {
        return socket;
    }

    /**
     * Reads all notifications.
     *
     * @param nowNanos the time, as of {@link System#nanoTime}
     * @return whether to restore the table: others have changed it since the last call, or may have because notifications were lost. The
     *     latter is answered at most once a minute; until then a later call answers it
     */
    boolean heard(long nowNanos) {
        boolean changed = read();
        boolean doubtful =
                lost && (lossAnsweredAt.isEmpty() || nowNanos - lossAnsweredAt.getAsLong() >= BETWEEN_LOSSES_NANOS);
        if (doubtful) {
            lossAnsweredAt = OptionalLong.of(nowNanos);
        }
        if (changed || doubtful) {
            lost = false;
        }
        return changed || doubtful;
    }

    private boolean read() {
        boolean changed = false;
        while (true) {
            long length = Linux.raw(
                    SystemCall.RECVFROM,
                    socket.number(),
                    NativeMemory.address(buffer),
                    MAX_MESSAGE_BYTES,
                    Constants.MSG_DONTWAIT,
                    0,
                    0);
            if (length == -Errno.EAGAIN) {
                return changed;
            }
            if (length == -Errno.ENOBUFS) {
                lost = true;
                others = true;
                // Whose transaction that was may be among what is lost.
                touched = false;
                continue;
            }
            Linux.check("recvfrom", "nftables", length);
            changed |= isForeign(buffer.getByteBuffer(0, length).order(ByteOrder.nativeOrder()));
        }
    }

    /** Returns whether others have changed any table since the last call, as far as {@link #heard} has read. */
    boolean heardOfOthers() {
        boolean changed = others;
        others = false;
        return changed;
    }

    private boolean isForeign(ByteBuffer messages) {
        boolean foreign = false;
        for (int at = 0; at + HEADER_BYTES + FAMILY_BYTES <= messages.limit(); ) {
            int length = messages.getInt(at);
            if (length < HEADER_BYTES || at + length > messages.limit()) {
                return true;
            }
            int type = Short.toUnsignedInt(messages.getShort(at + 4));
            if (type >> 8 == SUBSYSTEM_NFTABLES) {
                foreign |= take(type & 0xff, messages, at + HEADER_BYTES + FAMILY_BYTES, at + length);
            }
            at += length + 3 & ~3;
        }
        return foreign;
    }

    /** Returns whether this message ends a transaction of others that has changed the table. */
    private boolean take(int kind, ByteBuffer messages, int from, int end) {
        if (kind == NFT_MSG_TRACE) {
            return false;
        }
        if (kind != NFT_MSG_NEWGEN) {
            touched |= text(messages, from, end, TABLE).filter(table::equals).isPresent();
            return false;
        }
        boolean byOthers = text(messages, from, end, GENERATION_PROCESS_NAME)
                .filter(own::equals)
                .isEmpty();
        others |= byOthers;
        boolean foreign = touched && byOthers;
        touched = false;
        return foreign;
    }

    private static Optional<String> text(ByteBuffer messages, int from, int end, int wanted) {
        for (int at = from; at + 4 <= end; ) {
            int length = Short.toUnsignedInt(messages.getShort(at));
            int type = Short.toUnsignedInt(messages.getShort(at + 2));
            if (length < 4 || at + length > end) {
                return Optional.empty();
            }
            if (type == wanted) {
                byte[] bytes = new byte[length - 4];
                messages.get(at + 4, bytes);
                String text = new String(bytes, StandardCharsets.US_ASCII);
                int zero = text.indexOf('\0');
                return Optional.of(zero < 0 ? text : text.substring(0, zero));
            }
            at += length + 3 & ~3;
        }
        return Optional.empty();
    }

    private void bind() {
        try (NativeMemory own = new NativeMemory()) {
            Pointer any = own.bytes(ADDRESS_BYTES);
            any.setShort(0, (short) Constants.AF_NETLINK);
            Linux.call(SystemCall.BIND, "nftables", socket.number(), NativeMemory.address(any), ADDRESS_BYTES);
        }
    }

    private void option(int level, int name, int value) {
        try (NativeMemory own = new NativeMemory()) {
            Pointer pointer = own.bytes(4);
            pointer.setInt(0, value);
            Linux.call(
                    SystemCall.SETSOCKOPT, "nftables", socket.number(), level, name, NativeMemory.address(pointer), 4);
        }
    }

    @Override
    public void close() {
        socket.close();
        memory.close();
    }
}

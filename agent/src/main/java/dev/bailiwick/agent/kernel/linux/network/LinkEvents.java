package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELADDR;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELQDISC;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELROUTE;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELTFILTER;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWLINK;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Set;

/**
 * Notifications from the kernel that a part of a link no longer exists: the link, its state "up", an address, a route or a filter
 * (rtnetlink(7), multicast groups). Each start of a jail creates many such parts; a filter on the socket drops the notifications about
 * creations.
 */
public final class LinkEvents implements AutoCloseable {

    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int ADDRESS_BYTES = 12;

    /** RTMGRP_LINK, TC, IPV4_IFADDR, IPV4_ROUTE and IPV6_ROUTE. */
    private static final int GROUPS = 0x1 | 0x8 | 0x10 | 0x40 | 0x400;

    private static final int TYPE_OFFSET = 4;
    private static final int FLAGS_OFFSET = 24;
    private static final int IFF_UP = 1;
    /** The same offset in {@code ifinfomsg}, {@code ifaddrmsg} and {@code tcmsg}. */
    private static final int INDEX_OFFSET = 4;

    private static final int MESSAGE_BYTES = 16 * 1024;

    /** After this many, other descriptors have their turn. */
    private static final int MAX_AT_A_TIME = 64;

    private static final Set<Integer> OF_LOSS =
            Set.of(RTM_DELLINK, RTM_DELADDR, RTM_DELROUTE, RTM_DELQDISC, RTM_DELTFILTER);

    private final Descriptor socket = NetlinkSocket.open();
    private final NativeMemory memory = new NativeMemory();
    private final Pointer message = memory.bytes(MESSAGE_BYTES);

    /** Receives the notifications. */
    public interface Reader {

        /** Reports that a part of the link of this range, or the link itself, no longer exists. */
        void lost(IdRange range);

        /** Reports that the kernel dropped notifications: a part of any link may be missing. */
        void missed();
    }

    public LinkEvents() {
        try {
            onlyLosses();
            bind();
        } catch (LinuxFailure e) {
            close();
            throw e;
        }
    }

    public Descriptor socket() {
        return socket;
    }

    /** Reads available notifications; does not wait. */
    public void read(Reader reader) {
        for (int i = 0; i < MAX_AT_A_TIME; i++) {
            long length = Linux.raw(
                    SystemCall.RECVFROM,
                    socket.number(),
                    NativeMemory.address(message),
                    MESSAGE_BYTES,
                    Constants.MSG_DONTWAIT,
                    0,
                    0);
            if (length == -Errno.EAGAIN) {
                return;
            }
            if (length == -Errno.ENOBUFS) {
                reader.missed();
                continue;
            }
            Linux.check("recvfrom", "link events", length);
            byte[] bytes = message.getByteArray(0, (int) length);
            indexOf(new NetlinkQuery.Answer(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder())))
                    .map(LinkRates::linkOf)
                    .filter(JailLink::isHostIndex)
                    .map(JailLink::rangeOf)
                    .ifPresent(reader::lost);
        }
    }

    private static Optional<Integer> indexOf(NetlinkQuery.Answer event) {
        return event.type() == RTM_DELROUTE
                ? event.attribute(Rtnetlink.ROUTE_BYTES, Rtnetlink.RTA_OIF)
                : Optional.of(event.number(INDEX_OFFSET));
    }

    private void bind() {
        try (NativeMemory own = new NativeMemory()) {
            Pointer address = own.bytes(ADDRESS_BYTES);
            address.setShort(0, (short) Constants.AF_NETLINK);
            address.setInt(8, GROUPS);
            Linux.call(SystemCall.BIND, "link events", socket.number(), NativeMemory.address(address), ADDRESS_BYTES);
        }
    }

    private void onlyLosses() {
        ByteBuffer filter = ByteBuffer.allocate(8 * (2 * OF_LOSS.size() + 6)).order(ByteOrder.nativeOrder());
        instruction(filter, 0x28, 0, 0, TYPE_OFFSET);
        for (int type : OF_LOSS) {
            instruction(filter, 0x15, 0, 1, swapped(type));
            instruction(filter, 0x06, 0, 0, MESSAGE_BYTES);
        }
        // A link that is new or has changed, and is not up.
        instruction(filter, 0x15, 0, 3, swapped(RTM_NEWLINK));
        instruction(filter, 0x30, 0, 0, FLAGS_OFFSET);
        instruction(filter, 0x45, 1, 0, IFF_UP);
        instruction(filter, 0x06, 0, 0, MESSAGE_BYTES);
        instruction(filter, 0x06, 0, 0, 0);
        int count = filter.position() / 8;
        try (NativeMemory own = new NativeMemory()) {
            Pointer program = own.bytes(16);
            program.setShort(0, (short) count);
            program.setPointer(8, own.copy(filter.array()));
            Linux.call(
                    SystemCall.SETSOCKOPT,
                    "link events",
                    socket.number(),
                    SOL_SOCKET,
                    SO_ATTACH_FILTER,
                    NativeMemory.address(program),
                    16);
        }
    }

    /**
     * Swaps the bytes of a type: a filter loads numbers in network byte order, but netlink writes them in the host's, which is little
     * endian on both architectures.
     */
    private static int swapped(int type) {
        return Short.toUnsignedInt(Short.reverseBytes((short) type));
    }

    private static void instruction(ByteBuffer filter, int code, int ifTrue, int ifFalse, int operand) {
        filter.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(operand);
    }

    @Override
    public void close() {
        socket.close();
        memory.close();
    }
}

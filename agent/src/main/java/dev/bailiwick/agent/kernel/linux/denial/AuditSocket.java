package dev.bailiwick.agent.kernel.linux.denial;

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
import java.util.List;
import java.util.Map;

/**
 * A member of the multicast group to which the kernel sends its audit records (NETLINK_AUDIT, AUDIT_NLGRP_READLOG, since Linux 3.16;
 * needs CAP_AUDIT_READ). It neither needs auditd nor disturbs it.
 */
final class AuditSocket implements AutoCloseable {

    private static final int NETLINK_AUDIT = 9;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int AUDIT_NLGRP_READLOG = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_RCVBUFFORCE = 33;

    /** The kernel charges up to twice as much. A record of 200 bytes is charged as about 900. */
    private static final int BUFFER_BYTES = 8 << 20;

    private static final int AUDIT_SECCOMP = 1326;
    private static final int HEADER_BYTES = 16;
    private static final int ADDRESS_BYTES = 12;
    private static final int VECTOR_BYTES = 16;
    private static final int MESSAGE_HEADER_BYTES = 64;
    private static final int LENGTH_OFFSET = 56;
    private static final int FLAGS_OFFSET = 48;
    private static final int MSG_TRUNC = 0x20;

    /** The maximum number of records per call. */
    static final int BATCH = 64;

    /** A path of PATH_MAX bytes in hexadecimal, and the rest of the record. */
    private static final int RECORD_BYTES = 10 << 10;

    private final NativeMemory memory = new NativeMemory();
    private final Pointer headers = memory.bytes((long) BATCH * MESSAGE_HEADER_BYTES);
    private final Pointer addresses = memory.bytes((long) BATCH * VECTOR_BYTES);
    private final Pointer records = memory.bytes((long) BATCH * RECORD_BYTES);
    private final ByteBuffer text = inNativeOrder(records, BATCH * RECORD_BYTES);
    private final ByteBuffer header = inNativeOrder(headers, BATCH * MESSAGE_HEADER_BYTES);
    private final ByteBuffer address = inNativeOrder(addresses, BATCH * VECTOR_BYTES);
    private final Descriptor socket;

    /** Receives the records. */
    interface Reader {

        /** Takes a record of the kernel, from one index of the buffer up to another; valid during the call. */
        void record(ByteBuffer text, int from, int end);

        /** Reports that records, an unknown number, were dropped since the last call. */
        void missed();
    }

    /** @throws LinuxFailure if this kernel has no audit, or does not permit the agent to read it */
    AuditSocket() {
        this.socket = new Descriptor((int) Linux.call(
                SystemCall.SOCKET,
                "audit",
                Constants.AF_NETLINK,
                Constants.SOCK_RAW | Constants.SOCK_CLOEXEC,
                NETLINK_AUDIT));
        try {
            sample(Map.of());
            option(SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES);
            bind();
            option(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, AUDIT_NLGRP_READLOG);
        } catch (LinuxFailure e) {
            socket.close();
            memory.close();
            throw e;
        }
        Pointer vectors = memory.bytes((long) BATCH * VECTOR_BYTES);
        for (int i = 0; i < BATCH; i++) {
            vectors.setPointer((long) i * VECTOR_BYTES, records.share((long) i * RECORD_BYTES));
            vectors.setLong((long) i * VECTOR_BYTES + 8, RECORD_BYTES);
            long at = (long) i * MESSAGE_HEADER_BYTES;
            headers.setPointer(at, addresses.share((long) i * VECTOR_BYTES));
            headers.setPointer(at + 16, vectors.share((long) i * VECTOR_BYTES));
            headers.setLong(at + 24, 1);
        }
    }

    private static ByteBuffer inNativeOrder(Pointer memory, int length) {
        return memory.getByteBuffer(0, length).order(ByteOrder.nativeOrder());
    }

    /**
     * Reads available records, at most a batch; does not wait.
     *
     * @return the number of records; less than {@link #BATCH} if none are left
     */
    int receive(Reader reader) {
        for (int i = 0; i < BATCH; i++) {
            header.putInt(i * MESSAGE_HEADER_BYTES + 8, ADDRESS_BYTES);
        }
        long count = Linux.raw(
                SystemCall.RECVMMSG, socket.number(), NativeMemory.address(headers), BATCH, Constants.MSG_DONTWAIT, 0);
        if (count == -Errno.ENOBUFS) {
            reader.missed();
            return BATCH;
        }
        if (count == -Errno.EAGAIN || count == -Errno.EINTR) {
            return 0;
        }
        Linux.check("recvmmsg", "audit", count);
        for (int i = 0; i < count; i++) {
            take(i, reader);
        }
        return (int) count;
    }

    private void take(int message, Reader reader) {
        int at = message * MESSAGE_HEADER_BYTES;
        boolean fromKernel = address.getInt(message * VECTOR_BYTES + 4) == 0;
        if (!fromKernel) {
            return;
        }
        int start = message * RECORD_BYTES;
        int length = header.getInt(at + LENGTH_OFFSET);
        boolean cut = (header.getInt(at + FLAGS_OFFSET) & MSG_TRUNC) != 0;
        if (cut || length < HEADER_BYTES) {
            reader.missed();
        } else if (Short.toUnsignedInt(text.getShort(start + 4)) == AUDIT_SECCOMP) {
            reader.record(text, start + HEADER_BYTES, start + length);
        }
    }

    private void bind() {
        try (NativeMemory own = new NativeMemory()) {
            Pointer any = own.bytes(ADDRESS_BYTES);
            any.setShort(0, (short) Constants.AF_NETLINK);
            Linux.call(SystemCall.BIND, "audit", socket.number(), NativeMemory.address(any), ADDRESS_BYTES);
        }
    }

    private void option(int level, int name, int value) {
        try (NativeMemory own = new NativeMemory()) {
            Pointer pointer = own.bytes(4);
            pointer.setInt(0, value);
            Linux.call(SystemCall.SETSOCKOPT, "audit", socket.number(), level, name, NativeMemory.address(pointer), 4);
        }
    }

    /**
     * Lets the kernel drop all other audit records, and those beyond a sample for these ranges of user ids, before they take room in the
     * buffer.
     *
     * @param sampled see {@link FairShares#sampled}
     * @throws LinuxFailure if the program is too long for this host; the previous program then stays
     */
    void sample(Map<Integer, Integer> sampled) {
        // A filter loads numbers in network byte order, but netlink writes them in the host's.
        int type = Short.toUnsignedInt(Short.reverseBytes((short) AUDIT_SECCOMP));
        List<AuditFilter.Instruction> filter = AuditFilter.of(type, RECORD_BYTES, sampled);
        try (NativeMemory own = new NativeMemory()) {
            Pointer program = own.bytes(8L * filter.size());
            for (int i = 0; i < filter.size(); i++) {
                AuditFilter.Instruction instruction = filter.get(i);
                program.setShort(8L * i, (short) instruction.code());
                program.setByte(8L * i + 2, (byte) instruction.ifTrue());
                program.setByte(8L * i + 3, (byte) instruction.ifFalse());
                program.setInt(8L * i + 4, instruction.operand());
            }
            Pointer descriptor = own.bytes(16);
            descriptor.setShort(0, (short) filter.size());
            descriptor.setPointer(8, program);
            Linux.call(
                    SystemCall.SETSOCKOPT,
                    "audit",
                    socket.number(),
                    SOL_SOCKET,
                    SO_ATTACH_FILTER,
                    NativeMemory.address(descriptor),
                    16);
        }
    }

    @Override
    public void close() {
        socket.close();
        memory.close();
    }
}

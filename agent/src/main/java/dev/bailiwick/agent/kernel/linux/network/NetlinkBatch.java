package dev.bailiwick.agent.kernel.linux.network;

import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Several rtnetlink(7) requests in one buffer. The kernel processes them in order, within one send. Requests ask for no acknowledgement:
 * the kernel answers only if one fails.
 */
public final class NetlinkBatch {

    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    static final int RTM_NEWQDISC = 36;
    static final int RTM_DELQDISC = 37;
    static final int RTM_GETQDISC = 38;
    static final int RTM_NEWTFILTER = 44;
    static final int RTM_DELTFILTER = 45;
    static final int RTM_GETTFILTER = 46;
    static final int NLM_F_REQUEST = 0x1;
    static final int NLM_F_ACK = 0x4;
    static final int NLM_F_ECHO = 0x8;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;
    static final int NLM_F_REPLACE = 0x100;

    private static final int NLA_F_NESTED = 0x8000;
    private static final int HEADER_BYTES = 16;
    private static final int ALIGNMENT = 4;

    /** Enough for the largest number of addresses of a jail, with a route, a neighbour and a filter for each. */
    private static final int MAX_BYTES = 16 * 1024;

    private final ByteBuffer buffer = ByteBuffer.allocate(MAX_BYTES).order(ByteOrder.nativeOrder());
    private final List<String> subjects = new ArrayList<>();

    /** Adds a request; its sequence number is its position in the batch, from 1. */
    public NetlinkBatch request(String subject, int type, int flags, Runnable content) {
        int start = buffer.position();
        subjects.add(subject);
        buffer.putInt(0);
        buffer.putShort((short) type);
        buffer.putShort((short) (flags | NLM_F_REQUEST));
        buffer.putInt(subjects.size());
        buffer.putInt(0);
        content.run();
        buffer.putInt(start, buffer.position() - start);
        align();
        return this;
    }

    /** Adds a {@code struct ifinfomsg}. */
    public void link(int index, int flags, int changed) {
        buffer.put((byte) 0).put((byte) 0).putShort((short) 0);
        buffer.putInt(index).putInt(flags).putInt(changed);
    }

    /** Adds a {@code struct ifaddrmsg}. */
    void address(int family, int prefix, int flags, int scope, int index) {
        buffer.put((byte) family)
                .put((byte) prefix)
                .put((byte) flags)
                .put((byte) scope)
                .putInt(index);
    }

    /** Adds a {@code struct rtmsg} that asks for the route that matches an address. */
    void routeTo(int family, byte[] address) {
        int matchedRoute = 0x2000;
        int destination = 1;
        buffer.put((byte) family).put((byte) (address.length * 8)).put((byte) 0).put((byte) 0);
        buffer.putInt(0).putInt(matchedRoute);
        attribute(destination, address);
    }

    /** Adds a {@code struct rtmsg}, main table, static. */
    void route(int family, int prefix, int scope) {
        int mainTable = 254;
        int byAdministrator = 4;
        int unicast = 1;
        route(family, prefix, mainTable, byAdministrator, scope, unicast);
    }

    /** Adds a {@code struct rtmsg}, main table, static: packets to there are rejected with an error for their sender. */
    void unreachable(int family, int prefix) {
        int mainTable = 254;
        int byAdministrator = 4;
        int unreachable = 7;
        route(family, prefix, mainTable, byAdministrator, 0, unreachable);
    }

    /** Adds a {@code struct rtmsg} for the removal of any route of the local table. */
    void localRoute(int family, int prefix) {
        int localTable = 255;
        route(family, prefix, localTable, 0, 0, 0);
    }

    private void route(int family, int prefix, int table, int protocol, int scope, int type) {
        buffer.put((byte) family).put((byte) prefix).put((byte) 0).put((byte) 0);
        buffer.put((byte) table)
                .put((byte) protocol)
                .put((byte) scope)
                .put((byte) type)
                .putInt(0);
    }

    /** Adds a {@code struct ndmsg}, permanent. */
    void neighbour(int family, int index) {
        int permanent = 0x80;
        buffer.put((byte) family).put((byte) 0).putShort((short) 0).putInt(index);
        buffer.putShort((short) permanent).put((byte) 0).put((byte) 0);
    }

    /** Adds a {@code struct tcmsg}. */
    void trafficControl(int index, int handle, int parent, int information) {
        buffer.putInt(0).putInt(index).putInt(handle).putInt(parent).putInt(information);
    }

    void attribute(int type, byte[] value) {
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        align();
    }

    void attribute(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type).putInt(value);
    }

    void shortAttribute(int type, int value) {
        buffer.putShort((short) 6).putShort((short) type).putShort((short) value);
        align();
    }

    void byteAttribute(int type, int value) {
        buffer.putShort((short) 5).putShort((short) type).put((byte) value);
        align();
    }

    void attribute(int type, String text) {
        attribute(type, (text + "\0").getBytes(StandardCharsets.UTF_8));
    }

    void nested(int type, Runnable content) {
        int start = buffer.position();
        buffer.putShort((short) 0).putShort((short) (type | NLA_F_NESTED));
        content.run();
        buffer.putShort(start, (short) (buffer.position() - start));
    }

    boolean isEmpty() {
        return subjects.isEmpty();
    }

    byte[] bytes() {
        byte[] bytes = new byte[buffer.position()];
        buffer.get(0, bytes);
        return bytes;
    }

    /** Parses an answer of the kernel; returns the failure of the request that it is about, empty if that request succeeded. */
    public Optional<LinuxFailure> failure(byte[] answer) {
        ByteBuffer reply = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
        if (answer.length < HEADER_BYTES + 4) {
            throw new IllegalStateException("the kernel's netlink answer is too short");
        }
        int sequence = reply.getInt(8);
        int error = -reply.getInt(HEADER_BYTES);
        if (error == 0) {
            return Optional.empty();
        }
        String subject = sequence >= 1 && sequence <= subjects.size() ? subjects.get(sequence - 1) : "request";
        return Optional.of(new LinuxFailure("rtnetlink", subject, error));
    }

    private void align() {
        while (buffer.position() % ALIGNMENT != 0) {
            buffer.put((byte) 0);
        }
    }
}

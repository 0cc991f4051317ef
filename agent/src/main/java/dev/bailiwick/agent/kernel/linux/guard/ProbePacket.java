package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.linux.network.JailLink;
import dev.bailiwick.jail.IpAddress;
import java.nio.ByteBuffer;

/** An empty UDP datagram in an Ethernet frame, as a jail would send it to its host. */
final class ProbePacket {

    private static final int UDP = 17;
    private static final int PORT = 9;
    private static final int HOPS = 8;

    private ProbePacket() {}

    /** RFC 791, RFC 768. It has no UDP checksum, which IPv4 permits. */
    static byte[] v4(IpAddress from, IpAddress to) {
        int header = 20;
        int length = header + 8;
        ByteBuffer packet = ByteBuffer.allocate(length);
        packet.putShort((short) 0x4500).putShort((short) length).putInt(0);
        packet.put((byte) HOPS).put((byte) UDP).putShort((short) 0);
        packet.put(from.bytes()).put(to.bytes());
        packet.putShort(10, (short) ~sum(packet.array(), header));
        packet.putShort((short) PORT).putShort((short) PORT).putShort((short) 8).putShort((short) 0);
        return frame(0x0800, packet.array());
    }

    /** RFC 8200; the checksum covers the addresses, length and protocol too. */
    static byte[] v6(IpAddress from, IpAddress to) {
        ByteBuffer summed = ByteBuffer.allocate(48);
        summed.put(from.bytes()).put(to.bytes()).putInt(8).putInt(UDP);
        summed.putShort((short) PORT).putShort((short) PORT).putShort((short) 8);
        ByteBuffer packet = ByteBuffer.allocate(48);
        packet.putInt(0x60000000).putShort((short) 8).put((byte) UDP).put((byte) HOPS);
        packet.put(from.bytes()).put(to.bytes());
        packet.putShort((short) PORT).putShort((short) PORT).putShort((short) 8);
        packet.putShort((short) ~sum(summed.array(), summed.capacity()));
        return frame(0x86dd, packet.array());
    }

    private static byte[] frame(int type, byte[] packet) {
        return ByteBuffer.allocate(14 + packet.length)
                .put(JailLink.hostAddress())
                .put(JailLink.jailAddress())
                .putShort((short) type)
                .put(packet)
                .array();
    }

    /** RFC 1071. */
    private static int sum(byte[] bytes, int length) {
        ByteBuffer words = ByteBuffer.wrap(bytes, 0, length);
        int sum = 0;
        while (words.hasRemaining()) {
            sum += Short.toUnsignedInt(words.getShort());
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return sum;
    }
}

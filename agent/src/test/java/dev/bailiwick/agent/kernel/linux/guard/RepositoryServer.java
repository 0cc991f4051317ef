package dev.bailiwick.agent.kernel.linux.guard;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Serves a directory by HTTP at an IPv4 and an IPv6 address, and by DNS the name that has these two addresses. */
final class RepositoryServer {

    static final String NAME = "repository.example.com";

    private static final int HTTP = 80;
    private static final int DNS = 53;
    private static final int HEADER = 12;
    private static final int MAX_QUESTION = 512;
    private static final int NAME_ERROR = 3;
    private static final short A = 1;
    private static final short AAAA = 28;

    private RepositoryServer() {}

    /** Runs with a directory and the addresses, and prints "ready". */
    public static void main(String[] arguments) throws IOException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String address : Arrays.copyOfRange(arguments, 1, arguments.length)) {
            addresses.add(InetAddress.getByName(address));
            HttpServer server = SimpleFileServer.createFileServer(
                    new InetSocketAddress(address, HTTP),
                    Path.of(arguments[0]).toAbsolutePath(),
                    SimpleFileServer.OutputLevel.NONE);
            server.start();
        }
        try (DatagramSocket socket = new DatagramSocket(DNS, addresses.getFirst())) {
            System.out.println("ready");
            byte[] question = new byte[MAX_QUESTION];
            while (true) {
                DatagramPacket packet = new DatagramPacket(question, question.length);
                socket.receive(packet);
                byte[] answer = answer(question, addresses);
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        }
    }

    /** Returns the answer to a message with one question: RFC 1035, section 4. */
    private static byte[] answer(byte[] message, List<InetAddress> addresses) {
        ByteBuffer question = ByteBuffer.wrap(message);
        short id = question.getShort(0);
        question.position(HEADER);
        StringBuilder name = new StringBuilder();
        for (int length = question.get(); length > 0; length = question.get()) {
            byte[] label = new byte[length];
            question.get(label);
            name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
        }
        short type = question.getShort();
        question.getShort();
        boolean known = name.toString().equalsIgnoreCase(NAME);
        List<byte[]> found = addresses.stream()
                .map(InetAddress::getAddress)
                .filter(bytes -> known && type == (bytes.length == 4 ? A : bytes.length == 16 ? AAAA : 0))
                .toList();
        ByteBuffer answer = ByteBuffer.allocate(MAX_QUESTION)
                .putShort(id)
                .putShort((short) (0x8580 | (known ? 0 : NAME_ERROR)))
                .putShort((short) 1)
                .putShort((short) found.size())
                .putInt(0)
                .put(message, HEADER, question.position() - HEADER);
        for (byte[] address : found) {
            // The name is that of the question.
            answer.putShort((short) (0xC000 | HEADER))
                    .putShort(type)
                    .putShort((short) 1)
                    .putInt(60)
                    .putShort((short) address.length)
                    .put(address);
        }
        return Arrays.copyOf(answer.array(), answer.position());
    }
}

package dev.bailiwick.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Forwards connections to another address. Two of them connect two network namespaces, by a socket in the file system: one is in this
 * process, the other one is a process in the browser's namespace.
 */
final class Relay implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 << 10;

    private final ServerSocketChannel from;
    private final SocketAddress to;
    private final Set<SocketChannel> accepted = ConcurrentHashMap.newKeySet();
    private volatile boolean isCut;
    private volatile boolean isLosing;

    private Relay(ServerSocketChannel from, SocketAddress to) {
        this.from = from;
        this.to = to;
        Thread.ofVirtual().name("relay").start(this::accept);
    }

    /** Forwards connections to a socket in the file system to this port of the loopback address. */
    static Relay ofSocket(Path socket, int port) throws IOException {
        ServerSocketChannel from = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        from.bind(UnixDomainSocketAddress.of(socket));
        return new Relay(from, loopback(port));
    }

    /**
     * Forwards connections to a port of the loopback address to a socket in the file system, until its input ends.
     *
     * @param arguments the port and the socket
     */
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        try (ServerSocketChannel from = ServerSocketChannel.open()) {
            from.bind(loopback(port));
            try (Relay _ = new Relay(from, UnixDomainSocketAddress.of(arguments[1]))) {
                System.out.println("ready");
                System.in.transferTo(System.out);
            }
        }
    }

    private static SocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel one = from.accept();
                Thread.ofVirtual().name("relayed").start(() -> forward(one));
            }
        } catch (AsynchronousCloseException closed) {
            // This relay ends.
        } catch (IOException e) {
            throw new IllegalStateException("No more connections can be forwarded", e);
        }
    }

    /** Where the server is gone, the connection is closed, as if the server had closed it. */
    private void forward(SocketChannel one) {
        accepted.add(one);
        try (one;
                SocketChannel forwarded = SocketChannel.open(to)) {
            if (isCut) {
                return;
            }
            Thread answers = Thread.ofVirtual().name("relayed-answers").start(() -> copy(forwarded, one));
            copy(one, forwarded);
            answers.join();
        } catch (IOException e) {
            // The server is gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            accepted.remove(one);
        }
    }

    /** Loses all that comes from now on, although the connections stay; they cannot go on after that. */
    void lose() {
        isLosing = true;
    }

    /** Closes all connections, and each new one, until {@link #mend}. */
    void cut() {
        isCut = true;
        accepted.forEach(Relay::close);
    }

    void mend() {
        isCut = false;
        isLosing = false;
    }

    private void copy(SocketChannel one, SocketChannel other) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (one.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining() && !isLosing) {
                    other.write(buffer);
                }
                buffer.clear();
            }
            other.shutdownOutput();
        } catch (IOException e) {
            close(one);
            close(other);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Its other end has reset the connection.
        }
    }

    @Override
    public void close() throws IOException {
        from.close();
    }
}

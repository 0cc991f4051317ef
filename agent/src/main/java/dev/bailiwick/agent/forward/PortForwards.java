package dev.bailiwick.agent.forward;

import com.google.protobuf.ByteString;
import dev.bailiwick.agent.kernel.JailPorts;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.link.stream.StreamRefused;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes bytes on between streams and ports in jails, in both directions as fast as the slower side takes them. */
public final class PortForwards {

    private static final Logger log = LoggerFactory.getLogger(PortForwards.class);
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final String RESET = "reset";

    private final JailPorts ports;

    public PortForwards(JailPorts ports) {
        this.ports = ports;
    }

    /**
     * Carries one connection until both of its directions have ended, or the stream has.
     *
     * @throws StreamRefused if the jail does not run, or nothing listens on the port
     * @throws StreamClosed if the stream has ended
     */
    public void carry(StreamRequest.Forward request, ByteStream stream) throws InterruptedException {
        try (SocketChannel socket = connect(request, stream)) {
            stream.whenClosed(() -> close(socket));
            stream.send(ByteString.EMPTY);
            Thread output = Thread.ofPlatform().daemon().name("forward-output").start(() -> passOutput(socket, stream));
            boolean isWhole = passInput(stream, socket);
            output.join();
            if (!isWhole) {
                stream.close(RESET, "the jail did not take all that was sent");
            }
        } catch (IOException e) {
            log.debug("a connection to a jail was lost before it was closed: {}", e.toString());
        }
    }

    private SocketChannel connect(StreamRequest.Forward request, ByteStream stream) throws InterruptedException {
        try {
            return ports.connect(
                    request.jail(),
                    request.addresses(),
                    request.port(),
                    () -> stream.close("gone", "the jail has ended"));
        } catch (KernelRefusal e) {
            throw new StreamRefused(
                    switch (e.reason()) {
                        case JailPorts.NOT_RUNNING -> "gone";
                        case JailPorts.REFUSED -> "refused";
                        default -> "unreachable";
                    },
                    e.detail());
        }
    }

    private static void close(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("a connection to a jail was lost before it was closed: {}", e.toString());
        }
    }

    /** Returns whether the jail has taken all of it. */
    private static boolean passInput(ByteStream from, SocketChannel to) throws InterruptedException {
        boolean isWhole = false;
        Optional<ByteString> next = from.receive();
        try {
            while (next.isPresent()) {
                ByteBuffer bytes = next.get().asReadOnlyByteBuffer();
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                next = from.receive();
            }
            isWhole = true;
            to.shutdownOutput();
        } catch (IOException theJailTakesNoMore) {
            // What it has sent before is still passed on.
            log.debug("a jail takes no more: {}", theJailTakesNoMore.toString());
        }
        return isWhole;
    }

    private static void passOutput(SocketChannel from, ByteStream to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                to.send(ByteString.copyFrom(buffer.flip()));
                buffer.clear();
            }
            to.end();
        } catch (IOException e) {
            to.close(RESET, "the jail has reset the connection");
        } catch (StreamClosed itsEnd) {
            log.debug("a stream to a port has ended: {}", itsEnd.reason());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

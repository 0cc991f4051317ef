package dev.bailiwick.agent.kernel.linux;

import com.google.protobuf.ByteString;
import dev.bailiwick.agent.forward.PortForwards;
import dev.bailiwick.agent.link.stream.StreamRefused;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.protocol.v1.StreamFrame;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The other end of a connection to a port in a jail, in one process with the agent's. */
final class ForwardedPort implements AutoCloseable {

    private final ExecutorService toAgent =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private final ExecutorService toServer =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private final ByteStream agent = new ByteStream(frame -> toServer.execute(() -> arrive(frame)), () -> {});
    final ByteStream server = new ByteStream(frame -> toAgent.execute(() -> agent.take(frame)), () -> {});
    /** Counted down once the agent carries it no more. */
    final CountDownLatch over = new CountDownLatch(1);

    ForwardedPort(PortForwards forwards, JailId jail, int port, String... addresses) {
        agent.begin();
        server.begin();
        StreamRequest.Forward request = new StreamRequest.Forward(
                jail, List.of(addresses).stream().map(InetAddress::ofLiteral).toList(), port);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                forwards.carry(request, agent);
            } catch (StreamRefused e) {
                agent.close(e.reason(), e.detail());
            } catch (StreamClosed | InterruptedException end) {
                agent.close();
            } finally {
                agent.close();
                over.countDown();
            }
        });
    }

    private void arrive(StreamFrame frame) {
        server.take(frame);
    }

    /** Waits until the port has accepted; returns why it has not, or empty. */
    String awaitOpen() throws InterruptedException {
        try {
            return server.receive().filter(ByteString::isEmpty).isPresent() ? "" : "something else came first";
        } catch (StreamClosed e) {
            return e.reason();
        }
    }

    void send(byte[] bytes) throws InterruptedException {
        for (int at = 0; at < bytes.length; at += ByteStream.MAX_MESSAGE_BYTES) {
            server.send(ByteString.copyFrom(bytes, at, Math.min(ByteStream.MAX_MESSAGE_BYTES, bytes.length - at)));
        }
    }

    /** Returns all that comes until the jail has ended its direction. */
    byte[] receiveAll() throws InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            Optional<ByteString> next = server.receive();
            while (next.isPresent()) {
                all.writeBytes(next.get().toByteArray());
                next = server.receive();
            }
        } catch (StreamClosed e) {
            if (!e.reason().equals(StreamClosed.DONE)) {
                all.writeBytes(e.reason().getBytes(StandardCharsets.UTF_8));
            }
        }
        return all.toByteArray();
    }

    @Override
    public void close() {
        server.close();
    }
}

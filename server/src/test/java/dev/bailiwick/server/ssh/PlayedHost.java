package dev.bailiwick.server.ssh;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.stream.SessionFrame.Ended;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.protocol.v1.StreamFrame;
import dev.bailiwick.server.host.HostStreams;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * A host whose commands greet, say their input again, on standard error as well, and exit with status 3 at its end. The input {@link #LOSE}
 * has them lose some output before. Its ports are a {@link PlayedPort}.
 */
@TestConfiguration(proxyBeanMethods = false)
public class PlayedHost {

    static final String LOSE = "lose";
    static final int LOST = 1_000;

    /** The input that has the host go away. */
    static final String LEAVE = "leave";

    @Bean
    @Primary
    HostStreams playedStreams() {
        return (host, request) -> {
            Pair pair = new Pair();
            Thread.ofVirtual().start(() -> {
                switch (request) {
                    case StreamRequest.Attach _ -> play(pair.host);
                    case StreamRequest.Forward forward -> PlayedPort.play(forward, pair.host);
                }
            });
            return pair.server;
        };
    }

    private static void play(ByteStream stream) {
        long offset = 0;
        try {
            offset = say(stream, 1, offset, "ready\n".getBytes(StandardCharsets.UTF_8));
            Optional<ByteString> next = stream.receive();
            while (next.isPresent()) {
                switch (SessionFrame.decode(next.get().toByteArray())) {
                    case SessionFrame.In(ByteBuffer bytes) -> {
                        byte[] said = new byte[bytes.remaining()];
                        bytes.get(said);
                        String text = new String(said, StandardCharsets.UTF_8);
                        if (text.equals(LEAVE)) {
                            stream.close("host-gone", "");
                            return;
                        }
                        if (text.equals(LOSE)) {
                            send(stream, new SessionFrame.Gap(offset, offset + LOST));
                            offset += LOST;
                        }
                        offset = say(stream, 1, offset, said);
                        offset = say(stream, 2, offset, said);
                    }
                    case SessionFrame.Eof() -> {
                        send(stream, new SessionFrame.State(Ended.EXITED, 3, ""));
                        stream.close("ended", "");
                    }
                    default -> {}
                }
                next = stream.receive();
            }
        } catch (StreamClosed itsEnd) {
            stream.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long say(ByteStream to, int stream, long offset, byte[] bytes) throws InterruptedException {
        send(to, new SessionFrame.Out(stream, offset, ByteBuffer.wrap(bytes)));
        return offset + bytes.length;
    }

    private static void send(ByteStream to, SessionFrame frame) throws InterruptedException {
        to.send(ByteString.copyFrom(frame.encode()));
    }

    /** Both ends of a stream. */
    private static final class Pair {

        // A stream holds its lock when it sends.
        private final ExecutorService wire = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("wire").factory());
        private final ByteStream server = new ByteStream(frame -> wire.execute(() -> toHost(frame)), () -> {});
        private final ByteStream host = new ByteStream(frame -> wire.execute(() -> server.take(frame)), () -> {});

        private Pair() {
            server.begin();
            host.begin();
        }

        private void toHost(StreamFrame frame) {
            host.take(frame);
        }
    }
}

package dev.bailiwick.agent.kernel.linux;

import com.google.protobuf.ByteString;
import dev.bailiwick.agent.exec.ExecSessions;
import dev.bailiwick.agent.link.stream.StreamRefused;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.protocol.v1.StreamFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Somebody who is attached to a session, beside it in one process. */
final class AttachedViewer implements AutoCloseable {

    private final ExecutorService toAgent =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private final ExecutorService toViewer =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private final ByteStream agent = new ByteStream(frame -> toViewer.execute(() -> arrive(frame)), () -> {});
    private final ByteStream viewer = new ByteStream(frame -> toAgent.execute(() -> agent.take(frame)), () -> {});
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final List<SessionFrame> others = new ArrayList<>();

    AttachedViewer(ExecSessions sessions, JailId jail, ExecId session, long offset, String name) {
        agent.begin();
        viewer.begin();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                sessions.attach(new StreamRequest.Attach(jail, session, offset, name), agent);
            } catch (StreamRefused e) {
                agent.close(e.reason(), e.detail());
            } catch (StreamClosed | InterruptedException over) {
                agent.close();
            }
        });
    }

    private void arrive(StreamFrame frame) {
        viewer.take(frame);
    }

    /** Sends a frame, unless the session has ended. */
    void say(SessionFrame frame) throws InterruptedException {
        try {
            viewer.send(ByteString.copyFrom(frame.encode()));
        } catch (StreamClosed e) {
            // What it sent before its end is still to be read.
            others.add(new SessionFrame.State(SessionFrame.Ended.SESSION, 0, e.reason()));
        }
    }

    /** Sends input as the server does: other frames overtake it. */
    void sayLater(SessionFrame frame) throws InterruptedException {
        viewer.sendLater(ByteString.copyFrom(frame.encode()));
    }

    void type(String text) throws InterruptedException {
        say(new SessionFrame.In(StandardCharsets.UTF_8.encode(text)));
    }

    /** Waits for the next frame, and keeps it; empty once the stream has ended. */
    Optional<SessionFrame> next() throws InterruptedException {
        try {
            SessionFrame frame =
                    SessionFrame.decode(viewer.receive().orElseThrow().toByteArray());
            if (frame instanceof SessionFrame.Out out) {
                byte[] bytes = new byte[out.bytes().remaining()];
                out.bytes().duplicate().get(bytes);
                shown.writeBytes(bytes);
            } else {
                others.add(frame);
            }
            return Optional.of(frame);
        } catch (StreamClosed over) {
            return Optional.empty();
        }
    }

    /** Acknowledges what was shown; the offset at which this viewer began comes first. */
    void acknowledge(long begun) throws InterruptedException {
        say(new SessionFrame.Ack(begun + shown.size()));
    }

    void awaitText(String text) throws InterruptedException {
        while (!shown().contains(text)) {
            if (next().isEmpty()) {
                throw new AssertionError("ended before " + text + " came: " + shown() + others);
            }
        }
    }

    /** Waits for the last frame. */
    SessionFrame.State awaitEnd(long begun) throws InterruptedException {
        Optional<SessionFrame> frame = next();
        while (frame.isPresent()) {
            if (frame.get() instanceof SessionFrame.State state) {
                return state;
            }
            if (frame.get() instanceof SessionFrame.Out(int _, long offset, var bytes)) {
                say(new SessionFrame.Ack(offset + bytes.remaining()));
            }
            frame = next();
        }
        throw new AssertionError("ended without a state, begun at " + begun + ": " + viewer.closed());
    }

    String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    long bytes() {
        return shown.size();
    }

    List<SessionFrame> others() {
        return others;
    }

    /** Ends its stream as the server does when the right is withdrawn. */
    void withdraw() {
        viewer.close(StreamClosed.WITHDRAWN, "");
    }

    Optional<StreamClosed> closed() {
        return viewer.closed();
    }

    @Override
    public void close() {
        viewer.close();
        toAgent.shutdown();
        toViewer.shutdown();
    }
}

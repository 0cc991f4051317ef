package dev.bailiwick.benchmarks.change;

import dev.bailiwick.jail.stream.SessionFrame;
import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Somebody who is attached, and acknowledges all output at once. */
final class Viewer implements WebSocket.Listener {

    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private final BlockingQueue<SessionFrame> frames = new LinkedBlockingQueue<>();
    private @Nullable WebSocket socket;

    /**
     * Attaches to a session.
     *
     * @param attach the path of the session's socket
     * @param ticket its ticket
     */
    static Viewer attach(Instance instance, String attach, String ticket) throws Exception {
        Viewer viewer = new Viewer();
        viewer.socket = instance.socket(attach, viewer).get(20, TimeUnit.SECONDS);
        viewer.say(new SessionFrame.Ticket(ticket));
        return viewer;
    }

    void say(SessionFrame frame) throws Exception {
        if (socket != null) {
            socket.sendBinary(ByteBuffer.wrap(frame.encode()), true).get(20, TimeUnit.SECONDS);
        }
    }

    /** Waits for this much more output. */
    void awaitBytes(long count) throws Exception {
        long seen = 0;
        while (seen < count) {
            SessionFrame frame = frames.poll(20, TimeUnit.SECONDS);
            switch (frame) {
                case SessionFrame.Out(int _, long offset, ByteBuffer bytes) -> {
                    seen += bytes.remaining();
                    say(new SessionFrame.Ack(offset + bytes.remaining()));
                }
                case null -> throw new IllegalStateException("no output for 20 s");
                case SessionFrame.State _, SessionFrame.Gap _ ->
                    throw new IllegalStateException("instead of output: " + frame);
                default -> {}
            }
        }
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        partial.writeBytes(bytes);
        if (last) {
            frames.add(SessionFrame.decode(partial.toByteArray()));
            partial.reset();
        }
        webSocket.request(1);
        return null;
    }

    void close() throws Exception {
        if (socket != null) {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);
        }
    }
}

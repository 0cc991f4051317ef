package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.stream.SessionFrame;
import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that is attached to a session of a command by WebSocket. */
final class SessionSocket implements WebSocket.Listener, AutoCloseable {

    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private final LinkedBlockingQueue<SessionFrame> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final List<SessionFrame> others = new ArrayList<>();
    private final WebSocket socket;

    private SessionSocket(Api api, String path) {
        this.socket = api.socket(path, "bailiwick.v1", this)
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    static SessionSocket attach(Api api, String path, String ticket) {
        SessionSocket attached = new SessionSocket(api, path);
        attached.say(new SessionFrame.Ticket(ticket));
        return attached;
    }

    void say(SessionFrame frame) {
        socket.sendBinary(ByteBuffer.wrap(frame.encode()), true)
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    void type(String text) {
        say(new SessionFrame.In(StandardCharsets.UTF_8.encode(text)));
    }

    void awaitText(String text) throws InterruptedException {
        while (!shown().contains(text)) {
            next();
        }
    }

    SessionFrame next() throws InterruptedException {
        SessionFrame frame = frames.poll(60, TimeUnit.SECONDS);
        if (frame == null) {
            throw new AssertionError("nothing came for a minute after " + shown() + others + closed);
        }
        if (frame instanceof SessionFrame.Out out) {
            byte[] bytes = new byte[out.bytes().remaining()];
            out.bytes().duplicate().get(bytes);
            shown.writeBytes(bytes);
            say(new SessionFrame.Ack(out.offset() + bytes.length));
        } else {
            others.add(frame);
        }
        return frame;
    }

    SessionFrame.State awaitState() throws InterruptedException {
        SessionFrame frame = next();
        while (!(frame instanceof SessionFrame.State)) {
            frame = next();
        }
        return (SessionFrame.State) frame;
    }

    String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    List<SessionFrame> others() {
        return others;
    }

    /** Waits for the code with which the server closes the socket. */
    int closeCode() {
        return closed.orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean isLast) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        partial.writeBytes(bytes);
        if (isLast) {
            frames.add(SessionFrame.decode(partial.toByteArray()));
            partial.reset();
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        closed.completeExceptionally(failure);
    }

    /** Cuts the connection. */
    @Override
    public void close() {
        socket.abort();
        assertThat(socket.isInputClosed()).isTrue();
    }
}

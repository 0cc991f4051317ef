package dev.bailiwick.e2e;

import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection by WebSocket to a port of a jail. */
final class TunnelSocket implements WebSocket.Listener, AutoCloseable {

    private static final int PART_BYTES = 32 << 10;

    private final CompletableFuture<Void> accepted = new CompletableFuture<>();
    private final CompletableFuture<byte[]> received = new CompletableFuture<>();
    private final CompletableFuture<Void> some = new CompletableFuture<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final boolean reads;
    private final WebSocket socket;

    private TunnelSocket(Api api, String path, boolean reads) {
        this.reads = reads;
        this.socket = wait(api.socket(path, "bailiwick.forward.v1", this));
    }

    private static String ticket(Api api, String path) {
        return api.post(path + "-ticket").text("ticket");
    }

    /** Begins to connect with a fresh ticket. */
    static TunnelSocket to(Api api, String path) {
        return to(api, path, ticket(api, path));
    }

    static TunnelSocket to(Api api, String path, String ticket) {
        return new TunnelSocket(api, path, true).say(ticket);
    }

    /** Connects, and reads only the first bytes. */
    static TunnelSocket stalled(Api api, String path) {
        return new TunnelSocket(api, path, false).say(ticket(api, path));
    }

    private static <T> T wait(CompletableFuture<T> what) {
        return what.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private TunnelSocket say(String word) {
        wait(socket.sendText(word, true));
        return this;
    }

    TunnelSocket awaitOpen() {
        wait(accepted);
        return this;
    }

    /** Waits until the first bytes have come. */
    TunnelSocket awaitBytes() {
        wait(some);
        return this;
    }

    TunnelSocket send(byte[] all) {
        for (int from = 0; from < all.length; from += PART_BYTES) {
            wait(socket.sendBinary(ByteBuffer.wrap(all, from, Math.min(PART_BYTES, all.length - from)), true));
        }
        return this;
    }

    /** Says that nothing follows. */
    TunnelSocket end() {
        return say("end");
    }

    /** Returns all that has come, once the port has said that nothing follows. */
    byte[] awaitEnd() {
        return wait(received);
    }

    CompletableFuture<Integer> closed() {
        return closed;
    }

    int closeCode() {
        return wait(closed);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence word, boolean isLast) {
        switch (word.toString()) {
            case "open" -> accepted.complete(null);
            case "end" -> received.complete(bytes.toByteArray());
            default -> onError(from, new AssertionError("an unknown word came: " + word));
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean isLast) {
        byte[] copy = new byte[data.remaining()];
        data.get(copy);
        bytes.writeBytes(copy);
        some.complete(null);
        if (reads) {
            from.request(1);
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        accepted.completeExceptionally(failure);
        received.completeExceptionally(failure);
        some.completeExceptionally(failure);
        closed.completeExceptionally(failure);
    }

    /** Cuts the connection. */
    @Override
    public void close() {
        socket.abort();
    }
}

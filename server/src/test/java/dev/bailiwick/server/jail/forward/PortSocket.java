package dev.bailiwick.server.jail.forward;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of the WebSocket of a port. */
final class PortSocket implements WebSocket.Listener, AutoCloseable {

    private static final String SUBPROTOCOL = "bailiwick.forward.v1";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int SECONDS = 20;
    private static final int KEPT_BYTES = 16 << 20;

    private final CompletableFuture<String> accepted = new CompletableFuture<>();
    private final CompletableFuture<String> received = new CompletableFuture<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final boolean reads;
    private final WebSocket socket;

    private PortSocket(URI address, String token, boolean reads) {
        this.reads = reads;
        this.socket = CLIENT.newWebSocketBuilder()
                .subprotocols(SUBPROTOCOL)
                .header("Authorization", "Bearer " + token)
                .buildAsync(address, this)
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .join();
    }

    static PortSocket open(URI address, String token) {
        return new PortSocket(address, token, true);
    }

    /** Opens one that reads nothing after the first message. */
    static PortSocket stalled(URI address, String token) {
        return new PortSocket(address, token, false);
    }

    /** Returns how many connections to a port of this machine are open and have bytes that their clients have not taken (proc_net_tcp(5)). */
    static long heldBack(int port) throws IOException {
        String local = String.format(":%04X", port);
        long count = 0;
        for (String file : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
            count += Files.readAllLines(Path.of(file)).stream()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(fields ->
                            fields[1].endsWith(local) && fields[3].equals("01") && !fields[4].startsWith("00000000:"))
                    .count();
        }
        return count;
    }

    PortSocket say(String word) {
        socket.sendText(word, true).orTimeout(SECONDS, TimeUnit.SECONDS).join();
        return this;
    }

    PortSocket send(String text) {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    PortSocket send(byte[] all) {
        socket.sendBinary(ByteBuffer.wrap(all), true)
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .join();
        return this;
    }

    /** Waits until the port has accepted. */
    PortSocket awaitOpen() {
        accepted.orTimeout(SECONDS, TimeUnit.SECONDS).join();
        return this;
    }

    /** Returns all that the port has sent, once it has said that no more follows. */
    String awaitEnd() {
        return received.orTimeout(SECONDS, TimeUnit.SECONDS).join();
    }

    CompletableFuture<Integer> closed() {
        return closed;
    }

    int closeCode() {
        return closed.orTimeout(SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence word, boolean isLast) {
        if (word.toString().equals("open")) {
            accepted.complete("open");
        } else {
            received.complete(bytes.toString(StandardCharsets.UTF_8));
        }
        if (reads) {
            from.request(1);
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer some, boolean isLast) {
        byte[] copy = new byte[some.remaining()];
        some.get(copy);
        if (bytes.size() < KEPT_BYTES) {
            bytes.writeBytes(copy);
        }
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
        closed.completeExceptionally(failure);
    }

    /** Cuts the connection. */
    @Override
    public void close() {
        socket.abort();
    }
}

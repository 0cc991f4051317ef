package dev.bailiwick.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The server's REST API with one caller's token. */
final class Api {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final HttpClient client;
    private final URI root;
    private final String token;

    private Api(HttpClient client, URI root, String token) {
        this.client = client;
        this.root = root;
        this.token = token;
    }

    static Api at(URI origin, HttpClient client, String token) {
        return new Api(client, origin.resolve("/api/v1/"), token);
    }

    /** Returns the same API with another caller's token. */
    Api as(String otherToken) {
        return new Api(client, root, otherToken);
    }

    /** Begins to open a WebSocket. */
    CompletableFuture<WebSocket> socket(String path, String subprotocol, WebSocket.Listener listener) {
        URI address = root.resolve(path);
        return client.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .subprotocols(subprotocol)
                .connectTimeout(PATIENCE)
                .buildAsync(URI.create(address.toString().replaceFirst("^http", "ws")), listener);
    }

    Answer get(String path) {
        return send("GET", path, null);
    }

    Answer post(String path, String body) {
        return send("POST", path, body);
    }

    Answer post(String path) {
        return send("POST", path, null);
    }

    Answer patch(String path, String body) {
        return send("PATCH", path, body);
    }

    Answer put(String path, String body) {
        return send("PUT", path, body);
    }

    Answer delete(String path) {
        return send("DELETE", path, null);
    }

    /** Returns a jail; empty if it does not exist or no longer exists. */
    Optional<Jail> jail(UUID id) {
        Answer answer = get("jails/" + id);
        return answer.status() == 404 ? Optional.empty() : Optional.of(answer.jail());
    }

    /** Returns all jails, including retired ones that are not gone yet. */
    List<Jail> jails() {
        List<Jail> jails = new ArrayList<>();
        for (JsonNode jail : get("jails?limit=500").json().get("items")) {
            jails.add(Answer.JSON.treeToValue(jail, Jail.class));
        }
        return jails;
    }

    /** Gets the content of a file. */
    Answer content(String path) {
        return send(request(path).setHeader("Accept", "application/octet-stream"));
    }

    /** Saves the content of an answer. */
    void save(String path, Path file) {
        try {
            int status = client.send(
                            request(path).setHeader("Accept", "*/*").build(), HttpResponse.BodyHandlers.ofFile(file))
                    .statusCode();
            if (status != 200) {
                throw new AssertionError("answered " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Sends bytes, which are the content of something. */
    Answer put(String path, byte[] bytes) {
        return send(request(path)
                .header("Content-Type", "application/octet-stream")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(root.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/json, application/problem+json");
    }

    /** @throws UncheckedIOException if no answer came */
    private Answer send(String method, String path, @Nullable String body) {
        HttpRequest.Builder request = request(path);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header(
                    "Content-Type", method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
            request.method(method, HttpRequest.BodyPublishers.ofString(body));
        }
        return send(request);
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            return Answer.of(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

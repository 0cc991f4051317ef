package dev.bailiwick.server;

import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.secret.SealingKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;

/**
 * A browser at the pages of a server on this port: keeps cookies, also secure ones over a connection without TLS, and follows no
 * redirects.
 */
public final class Visitor {

    private static final Pattern FORM_TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"");

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final HttpClient client;

    private final String server;
    private final int port;
    private final Map<String, String> cookies = new TreeMap<>();

    public Visitor(int port) {
        this("127.0.0.1", port, CLIENT);
    }

    private Visitor(String server, int port, HttpClient client) {
        this.server = server;
        this.client = client;
        this.port = port;
    }

    /** Returns a visitor who calls the server by a name of this machine. */
    public static Visitor byName(String server, int port) {
        return new Visitor(server, port, CLIENT);
    }

    /** Returns a visitor from another address of this machine: attempts to sign in are limited by address. */
    public static Visitor from(InetAddress address, int port) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .localAddress(address)
                .build();
        return new Visitor("127.0.0.1", port, client);
    }

    /** Returns an address of this machine at random, which is probably no other test's. */
    public static InetAddress anyAddress() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return InetAddress.ofLiteral(
                "127." + random.nextInt(1, 255) + "." + random.nextInt(1, 255) + "." + random.nextInt(1, 255));
    }

    /** Returns a visitor with the same cookies at another replica. */
    public Visitor at(int otherPort) {
        Visitor other = new Visitor(server, otherPort, client);
        other.cookies.putAll(cookies);
        return other;
    }

    /** Signs the user in without the form, which may be sent only a few times a minute. */
    public <S extends Session> void signIn(SessionRepository<S> sessions, SealingKey key, User user) {
        signIn(sessions, key, user, Factors.of(Factor.PASSWORD, Instant.now()).text());
    }

    /** @param factors what the user has shown, for example {@code password=1790000000} */
    public <S extends Session> void signIn(SessionRepository<S> sessions, SealingKey key, User user, String factors) {
        signIn(sessions, key, user, factors, Map.of());
    }

    /** @param attributes further ones of the session */
    public <S extends Session> void signIn(
            SessionRepository<S> sessions, SealingKey key, User user, String factors, Map<String, String> attributes) {
        S session = sessions.createSession();
        attributes.forEach(session::setAttribute);
        session.setAttribute(
                FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME,
                user.id().toString());
        session.setAttribute(SessionUser.FACTORS, factors);
        sessions.save(session);
        cookies.put("__Host-session", key.signer("session cookie").sign(session.getId(), ""));
    }

    public Map<String, String> cookies() {
        return cookies;
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).header("Accept", "text/html"));
    }

    public HttpResponse<String> signIn(String login, String password) throws IOException, InterruptedException {
        return send("/sign-in", "/sign-in", Map.of("login", login, "password", password));
    }

    /** Sends a form to {@code path}, with the CSRF token of {@code page}. */
    public HttpResponse<String> send(String page, String path, Map<String, String> fields)
            throws IOException, InterruptedException {
        Matcher token = FORM_TOKEN.matcher(get(page).body());
        if (!token.find()) {
            throw new AssertionError(page + " has no form");
        }
        return form(path, token.group(1), fields);
    }

    /** Sends a form with this CSRF token. */
    public HttpResponse<String> form(String path, String token, Map<String, String> fields)
            throws IOException, InterruptedException {
        String body = "_csrf=" + encoded(token)
                + fields.entrySet().stream()
                        .map(field -> "&" + field.getKey() + "=" + encoded(field.getValue()))
                        .collect(Collectors.joining());
        return send(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Fills in a page that asks to confirm, and sends it with all that it carries. */
    public HttpResponse<String> confirm(HttpResponse<String> page, Map<String, String> typed)
            throws IOException, InterruptedException {
        Map<String, String> fields = new TreeMap<>(typed);
        Matcher hidden = HIDDEN.matcher(page.body());
        String token = "";
        while (hidden.find()) {
            if (hidden.group(1).equals("_csrf")) {
                token = hidden.group(2);
            } else {
                fields.put(hidden.group(1), hidden.group(2));
            }
        }
        return form("/account/confirm", token, fields);
    }

    /** Opens a stream; the result completes when the stream ends. */
    public CompletableFuture<Void> stream(String path) throws IOException, InterruptedException {
        HttpResponse<InputStream> opened =
                client.send(request(path).header("Accept", "text/event-stream").build(), BodyHandlers.ofInputStream());
        if (opened.statusCode() != 200) {
            throw new AssertionError(path + " is answered with " + opened.statusCode());
        }
        return CompletableFuture.runAsync(
                () -> {
                    try (InputStream stream = opened.body()) {
                        stream.transferTo(java.io.OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // A broken stream has ended, too.
                        return;
                    }
                },
                command -> Thread.ofVirtual().start(command));
    }

    public HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        for (String cookie : response.headers().allValues("Set-Cookie")) {
            String[] pair = cookie.split(";", 2)[0].split("=", 2);
            if (pair[1].isEmpty()) {
                cookies.remove(pair[0]);
            } else {
                cookies.put(pair[0], pair[1]);
            }
        }
        return response;
    }

    public HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + server + ":" + port + path));
        if (!cookies.isEmpty()) {
            request.header(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        return request;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

package dev.bailiwick.e2e;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A user of the pages without a browser: follows links, sends forms, keeps cookies. */
final class Visitor implements AutoCloseable {

    private static final Pattern FORM_TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final URI origin;
    private final HttpClient client;

    Visitor(URI origin, HttpClient.Builder client) {
        this.origin = origin;
        this.client = client.cookieHandler(new CookieManager())
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
    }

    void signIn(String login, String password) throws IOException, InterruptedException {
        HttpResponse<String> arrived = send("/sign-in", "/sign-in", Map.of("login", login, "password", password));
        if (arrived.statusCode() != 200 || !arrived.uri().getPath().equals("/jails")) {
            throw new AssertionError("Signing in led to " + arrived.uri() + ": " + arrived.statusCode());
        }
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(origin.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Sends a form to {@code path}, with the CSRF token of {@code page}. */
    HttpResponse<String> send(String page, String path, Map<String, String> fields)
            throws IOException, InterruptedException {
        Matcher token = FORM_TOKEN.matcher(get(page).body());
        if (!token.find()) {
            throw new AssertionError(page + " has no form");
        }
        String body = "_csrf=" + encoded(token.group(1))
                + fields.entrySet().stream()
                        .map(field -> "&" + field.getKey() + "=" + encoded(field.getValue()))
                        .collect(Collectors.joining());
        HttpRequest request = HttpRequest.newBuilder(origin.resolve(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}

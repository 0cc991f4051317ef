package dev.bailiwick.benchmarks.change;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A running instance, found by its data directory. */
final class Instance {

    private final Path server;
    private final int port;
    private final SSLContext context;

    Instance(Path data, int port) throws IOException, GeneralSecurityException {
        this.server = data.resolve("server");
        this.port = port;
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var input = Files.newInputStream(server.resolve("authority.pem"))) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(input));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        this.context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
    }

    Connection connect() throws IOException {
        return new Connection(context.getSocketFactory(), port, authorization());
    }

    /** Returns the header with which requests of the API are made. */
    private String authorization() throws IOException {
        return Files.readString(server.resolve("authorization")).strip();
    }

    /** Begins to open a WebSocket at a path of this server. */
    CompletableFuture<WebSocket> socket(String path, WebSocket.Listener listener) throws IOException {
        String[] header = authorization().split(": *", 2);
        return HttpClient.newBuilder()
                .sslContext(context)
                .build()
                .newWebSocketBuilder()
                .header(header[0], header[1])
                .subprotocols("bailiwick.v1")
                .buildAsync(URI.create("wss://127.0.0.1:" + port + path), listener);
    }

    String customer() throws IOException {
        return Files.readString(server.resolve("customer.id")).strip();
    }

    String host() throws IOException {
        return Files.readString(server.resolve("host.id")).strip();
    }

    /** Returns a definition for which the server chooses path and addresses; its init ends on SIGTERM. */
    static String definition(String name, String customer, String host) {
        return """
                {"name":"%s","customer":"%s","host":"%s","hostname":"%s.example","base":"thin",\
                "policy":{"profile":"hosting"},"ip":["auto"],\
                "command":["/bin/sh","-c","trap 'exit 0' TERM; sleep infinity & wait"],"wanted":"running"}""".formatted(name, customer, host, name);
    }

    /** Returns the first value of a field in a JSON text. */
    static String field(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\" *: *(?:\"([^\"]*)\"|([0-9.]+))")
                .matcher(json);
        if (!found.find()) {
            throw new IllegalStateException("no " + name + " in " + json);
        }
        return found.group(1) == null ? found.group(2) : found.group(1);
    }
}

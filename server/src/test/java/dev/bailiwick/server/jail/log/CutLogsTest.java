package dev.bailiwick.server.jail.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A log of which only a part arrives, over real connections: no client takes it for the whole. */
@WebTest
class CutLogsTest {

    /** What ends a whole answer in chunks (RFC 9112, section 7.1). */
    private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private OpenStreams streams;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private Fleet.Paths hosts;

    private JailId jail;
    private String secret;

    @BeforeEach
    void aLog() {
        CustomerId customer = fixtures.customer();
        jail = jails.define(
                        Fleet.OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(fixtures.connectedHostWithPool()),
                                Optional.empty(),
                                Fleet.named("shop")))
                .id();
        User owner = users.create(
                Fleet.OPERATOR, "cut-" + UUID.randomUUID(), "correct horse battery", new Membership.Of(customer));
        Caller caller = users.inSession(owner.id()).orElseThrow();
        secret = tokens.issue(caller, new TokenRequest("logs", Set.of(Scope.JAILS_READ, Scope.JAILS_LOGS), null))
                .secret();
        hosts.logs().write(jail, "a line of a log\n".repeat(100));
    }

    @ParameterizedTest
    @CsvSource({"text,HTTP_1_1", "text,HTTP_2", "ndjson,HTTP_1_1", "ndjson,HTTP_2", "events,HTTP_1_1", "events,HTTP_2"})
    void isBrokenIfTheHostGoesAway(String format, HttpClient.Version version) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
            HttpResponse<String> whole = client.send(request(format).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(whole.body().split("a line of a log", -1)).hasSize(101);
            assertThat(whole.body().endsWith("{\"end\":1600}\n")).isEqualTo(format.equals("ndjson"));
            hosts.logs().cut(jail, 800);

            assertThatThrownBy(() -> client.send(request(format).build(), HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "ndjson", "events"})
    void isBrokenIfTheAccessIsWithdrawn(String format) throws Exception {
        hosts.logs().before(jail, 800, streams::endAll);
        assertThat(raw(format, "")).contains("HTTP/1.1 200", "a line of a log").doesNotContain(LAST_CHUNK, "{\"end\":");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "ndjson", "events"})
    void isBrokenAlsoIfItIsCompressed(String format) throws Exception {
        assertThat(raw(format, "Accept-Encoding: gzip\r\n")).endsWith(LAST_CHUNK);
        hosts.logs().cut(jail, 800);
        assertThat(raw(format, "Accept-Encoding: gzip\r\n"))
                .contains("HTTP/1.1 200")
                .doesNotContain(LAST_CHUNK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "ndjson"})
    void isBrokenIfItWasFollowed(String format) throws Exception {
        hosts.logs().cut(jail, 800);
        assertThat(raw(format + "&follow=true", "")).contains("a line of a log").doesNotContain(LAST_CHUNK);
    }

    @Test
    void hasItsReasonIfNothingWasSent() throws Exception {
        hosts.logs().cut(jail, 0);
        assertThat(raw("text", "")).contains("HTTP/1.1 503", "log-unreadable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "ndjson", "events", "text&follow=true"})
    void isLoggedInALine(String format) throws Exception {
        hosts.logs().cut(jail, 800);
        List<ILoggingEvent> logged = logged(() -> {
            assertThat(raw(format, "")).contains("a line of a log").doesNotContain(LAST_CHUNK);
        });
        assertThat(logged)
                .filteredOn(event -> event.getThrowableProxy() != null)
                .isEmpty();
        assertThat(logged)
                .filteredOn(event -> event.getFormattedMessage().contains(jail + "/logs ended: "))
                .hasSize(1);
    }

    @Test
    void isNoFaultIfTheReaderLeaves() throws Exception {
        hosts.logs().write(jail, "a line of a log\n".repeat(50_000));
        CountDownLatch wasSent = new CountDownLatch(1);
        hosts.logs().before(jail, 800, wasSent::countDown);
        List<ILoggingEvent> logged = logged(() -> {
            try (Socket socket = new Socket("localhost", port)) {
                // What it has not read is reset.
                socket.setSoLinger(true, 0);
                ask(socket, "text&follow=true", "");
                assertThat(wasSent.await(20, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(raw("text&tail=1", "")).contains("HTTP/1.1 200").endsWith(LAST_CHUNK);
        });
        assertThat(logged)
                .filteredOn(event -> event.getThrowableProxy() != null)
                .isEmpty();
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Returns what the server logs until the work has been done, and a request after it. */
    private List<ILoggingEvent> logged(Work work) throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        events.list = new CopyOnWriteArrayList<>();
        events.start();
        root.addAppender(events);
        try {
            work.run();
        } finally {
            root.detachAppender(events);
        }
        return events.list;
    }

    private HttpRequest.Builder request(String format) {
        return new Visitor(port)
                .request("/api/v1/jails/" + jail + "/logs?format=" + format)
                .header("Authorization", "Bearer " + secret);
    }

    private void ask(Socket socket, String format, String headers) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(("GET /api/v1/jails/" + jail + "/logs?format=" + format + " HTTP/1.1\r\nHost: localhost\r\n" + headers
                        + "Connection: close\r\nAuthorization: Bearer " + secret + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns all bytes of the answer until the server closes the connection, with those around the chunks. */
    private String raw(String format, String headers) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            ask(socket, format, headers);
            StringBuilder answer = new StringBuilder();
            InputStream in = socket.getInputStream();
            try {
                byte[] block = new byte[8_192];
                for (int read = in.read(block); read >= 0; read = in.read(block)) {
                    answer.append(new String(block, 0, read, StandardCharsets.ISO_8859_1));
                }
            } catch (IOException reset) {
                answer.append("\nreset: ").append(reset.getMessage());
            }
            return answer.toString();
        }
    }
}

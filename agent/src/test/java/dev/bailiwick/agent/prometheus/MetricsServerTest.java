package dev.bailiwick.agent.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.figure.LatestFigures;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.Metric;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a Prometheus on the same host reads of an agent. */
class MetricsServerTest {

    private static final JailId JAIL = new JailId(UUID.randomUUID());

    private static final LatestFigures LATEST = new LatestFigures(
            Map.of(JAIL, Map.of(Metric.CPU_TIME, 1_500_000L, Metric.MEMORY, 4096L, Metric.SENT_BYTES, 77L)),
            Map.of(
                    HostMetric.LOAD, 125L,
                    HostMetric.CPU_TIME, 2_000_000L,
                    HostMetric.JAILS_CPU_TIME, 1_500_000L,
                    HostMetric.JAILS_SENT_BYTES, 77L));

    private final HttpClient client = HttpClient.newHttpClient();
    private MetricsServer server;

    @BeforeEach
    void open() throws IOException {
        server = MetricsServer.open(0, () -> LATEST, "1.2.3");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void offersTheMetricsOfHostAndAgent() throws Exception {
        HttpResponse<String> answer = get("/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        assertThat(answer.body())
                .contains("# TYPE bailiwick_host_cpu_time_seconds_total counter")
                .contains("bailiwick_host_cpu_time_seconds_total 2.0")
                .contains("bailiwick_host_load 1.25")
                .contains("bailiwick_host_jails 1.0")
                .contains("bailiwick_host_jails_cpu_time_seconds_total 1.5")
                .contains("bailiwick_host_jails_sent_bytes_total 77.0")
                .contains("bailiwick_agent_version{version=\"1.2.3\"} 1.0")
                .containsPattern("bailiwick_agent_heap_bytes [1-9]")
                .as("what is not measured is absent, and single jails are on another page")
                .doesNotContain("swap", JAIL.toString());
    }

    @Test
    void offersThoseOfEachJailOnAPageOfTheirOwn() throws Exception {
        assertThat(get("/metrics/jails").body())
                .contains("bailiwick_jail_cpu_time_seconds_total{jail=\"" + JAIL + "\"} 1.5")
                .contains("bailiwick_jail_memory_bytes{jail=\"" + JAIL + "\"} 4096.0")
                .contains("bailiwick_jail_sent_bytes_total{jail=\"" + JAIL + "\"} 77.0")
                .doesNotContain("host");
    }

    @Test
    void answersNothingElse() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/metrics/").statusCode()).isEqualTo(404);
        assertThat(client.send(
                                HttpRequest.newBuilder(uri("/metrics"))
                                        .POST(BodyPublishers.ofString("x"))
                                        .build(),
                                BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void listensOnOneLoopbackAddressOnly() throws IOException {
        // All of 127.0.0.0/8 leads to this machine, so another address of it shows what a jail's packet would meet.
        try (Socket other = new Socket()) {
            assertThatThrownBy(() -> other.connect(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), server.port()), 1_000))
                    .isInstanceOf(ConnectException.class);
        }
        try (Socket same = new Socket()) {
            same.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.port()), 1_000);
        }
    }

    @Test
    void anAgentRunsAlsoWithoutMetrics() throws IOException {
        MetricsServer.start(OptionalInt.empty(), () -> LATEST, "1").close();
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            MetricsServer.start(OptionalInt.of(taken.getLocalPort()), () -> LATEST, "1")
                    .close();
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}

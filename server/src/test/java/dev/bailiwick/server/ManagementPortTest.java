package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;

/** What the port for operators on the same machine shows, to whoever reaches it. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "server.ssl.enabled=false",
            "management.server.port=0",
            "management.server.ssl.enabled=false",
            "management.prometheus.metrics.export.enabled=true"
        })
@Import({TestDatabase.class, Fleet.class})
class ManagementPortTest {

    @Value("${local.server.port}")
    private int port;

    @Value("${local.management.port}")
    private int management;

    @Value("${management.server.address}")
    private String address;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void hasTheMetricsOfTheServerForPrometheus() throws Exception {
        get(port, "/sign-in");

        HttpResponse<String> answer = get(management, "/actuator/prometheus");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        assertThat(answer.body())
                .contains("# TYPE jvm_memory_used_bytes gauge")
                .contains("hikaricp_connections_active")
                .containsPattern("http_server_requests_seconds_count\\{[^}]*uri=\"/sign-in\"");
        assertThat(address).isEqualTo("127.0.0.1");
    }

    @Test
    void showsNothingOfCustomersAndTheirJails() throws Exception {
        HostId host = fixtures.connectedHostWithPool();
        CustomerId customer = fixtures.customer();
        JailView jail = jails.define(
                Fleet.OPERATOR,
                new NewJail(customer, Optional.of(host), Optional.of("order-4711"), Fleet.named("unmistakable")));
        for (String path : new String[] {"/jails/", "/api/v1/jails/", "/jails/unmistakable/"}) {
            get(port, path + jail.id());
        }
        get(port, "/customers/" + customer);

        assertThat(get(management, "/actuator/prometheus").body())
                .contains("http_server_requests_seconds_count")
                .doesNotContain(
                        jail.id().toString(), customer.toString(), host.toString(), "unmistakable", "order-4711");
        assertThat(get(port, "/actuator/prometheus").statusCode())
                .as("on the port of the pages")
                .isNotEqualTo(200);
    }

    private HttpResponse<String> get(int at, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + at + path))
                        .build(),
                BodyHandlers.ofString());
    }
}

package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.BailiwickServer;
import dev.bailiwick.server.ServerTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.web.server.servlet.context.ServletWebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/** The web server accepts requests before the rest of a starting server runs. */
@ServerTest
class FirstRequestTest {

    @Autowired
    private JdbcConnectionDetails database;

    @Test
    void isAnsweredAsEveryLaterOne() {
        List<HttpResponse<String>> first = new ArrayList<>();
        ApplicationListener<ServletWebServerInitializedEvent> visitor =
                opened -> first.add(visit(opened.getWebServer().getPort()));
        new SpringApplicationBuilder(BailiwickServer.class)
                .listeners(visitor)
                .run(
                        "--spring.datasource.url=" + database.getJdbcUrl(),
                        "--spring.datasource.username=" + database.getUsername(),
                        "--spring.datasource.password=" + database.getPassword(),
                        "--server.port=0",
                        "--server.ssl.enabled=false",
                        "--management.server.port=-1")
                .close();
        assertThat(first).singleElement().satisfies(answer -> {
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).containsPattern("/css/base-[0-9a-f]{32}\\.css");
        });
    }

    private static HttpResponse<String> visit(int port) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/sign-in"))
                            .build(),
                    BodyHandlers.ofString());
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

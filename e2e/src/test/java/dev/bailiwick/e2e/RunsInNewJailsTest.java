package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One command in a jail of its own, from the API to the kernel and back. */
@OnFleet
class RunsInNewJailsTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private Fleet fleet;

    @BeforeEach
    void use(Fleet shared) {
        fleet = shared;
    }

    private ObjectNode run(String name, int number, String script) {
        ObjectNode jail = fleet.definition(name, number);
        jail.remove("command");
        ObjectNode run = Answer.JSON.createObjectNode();
        run.set("jail", jail);
        run.putArray("command").add("/bin/sh").add("-c").add(script);
        return run;
    }

    private void awaitNothingLeft(String name) {
        Path root = fleet.rootBase().resolve(name);
        await().atMost(LONG).until(() -> fleet.operator().jails().isEmpty() && !Files.exists(root));
    }

    @Test
    void answersWithWhatTheCommandWroteAndLeavesNothing() {
        ObjectNode run = run("once", 96, "echo $WHO; cat; echo oops >&2; touch /srv/left; exit 3");
        run.put("input", "typed\n");

        JsonNode end = fleet.operator().post("./jails:run", run.toString()).json();

        assertThat(end.get("exitCode").asInt()).isEqualTo(3);
        assertThat(end.get("output").asString()).isEqualTo("once\ntyped\n");
        assertThat(end.get("errors").asString()).isEqualTo("oops\n");
        awaitNothingLeft("once");
    }

    @Test
    void givesTheJailANameAndSaysWhyItHasNotStarted() {
        ObjectNode run = run("unstarted", 97, "true");
        ((ObjectNode) run.get("jail")).remove("name");
        ((ObjectNode) run.get("jail")).putArray("command").add("/bin/nothing");

        Answer answer = fleet.operator().post("./jails:run", run.toString());

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.problem().type()).endsWith("run-refused");
        assertThat(answer.problem().detail()).contains("/bin/nothing").doesNotContain("next try");
        awaitNothingLeft("unstarted");
    }

    @Test
    void removesTheJailAlsoIfItsClientHasGone() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(fleet.origin() + "/api/v1/jails:run"))
                .timeout(Duration.ofSeconds(2))
                .header("Authorization", "Bearer " + fleet.entry().token())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        run("abandoned", 98, "sleep 4").toString()))
                .build();
        try (HttpClient client = TrustStore.clientTrusting(fleet.authority()).build()) {
            assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class);
        }
        awaitNothingLeft("abandoned");
    }
}

package dev.bailiwick.server.plan;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import tools.jackson.databind.JsonNode;

/** What the terms of a plan hold its jails to. */
class PlanTermsTest extends WithPlan {

    @Test
    void areRefusedIfTheySayNothingThatCanBeHeld() {
        for (String terms : List.of(
                "\"limits\": {\"memory\": \"1KiB\"}",
                "\"limits\": {\"processes\": 0}",
                "\"limits\": {\"files\": 1}",
                "\"limits\": {\"cpus\": \"4-2\"}",
                "\"limits\": {\"bases\": 1}",
                "\"sysctls\": {\"net.core.somaxconn\": \"many\"}",
                "\"sysctls\": {\"net.core.somaxconn\": null}",
                "\"sysctls\": {\"net.ipv4.tcp_fin_timeout\": \"10\"}",
                "\"addresses\": 1000",
                "\"disk\": \"much\"",
                "\"profiles\": [\"none\"]",
                "\"bases\": [null]",
                "\"priceCode\": \"\"",
                "\"ports\": 65536",
                "\"backups\": -1",
                "\"setuid\": \"yes\"",
                "\"templates\": [\"debian\"]")) {
            assertThat(post(OPERATOR, "/api/v1/plans", "{\"name\": \"Bad\", " + terms + "}"))
                    .as(terms)
                    .hasStatus(422);
        }
        String name =
                api.json(api.get(OPERATOR, "/api/v1/plans/" + plan)).get("name").asString();
        assertThat(post(OPERATOR, "/api/v1/plans", "{\"name\": \"" + name + "\"}"))
                .as("the same name")
                .hasStatus(409);
    }

    @Test
    void keepWhatIsPromisedWithoutHoldingAJailToIt() {
        JsonNode said =
                version("\"ports\": 5, \"setuid\": false, \"outgoingMail\": true, \"backups\": 7, \"disk\": \"1GiB\"");

        assertThat(said.get("ports").asInt()).isEqualTo(5);
        assertThat(said.get("setuid").asBoolean(true)).isFalse();
        assertThat(said.get("outgoingMail").asBoolean()).isTrue();
        assertThat(said.get("backups").asInt()).isEqualTo(7);
        JsonNode silent = version("\"ports\": 0");
        assertThat(silent.get("ports").asInt(-1)).isZero();
        assertThat(silent.has("setuid")).isFalse();
        assertThat(silent.has("outgoingMail")).isFalse();
        assertThat(create("web", "")).hasStatus(201);
    }

    @Test
    void allowSetuidProgramsOnlyIfTheySaySo() {
        version("\"setuid\": false");

        JsonNode refused = api.json(create("no", "\"privileges\": \"setuid\""));
        assertThat(pointers(refused)).containsExactly("/privileges");
        assertThat(create("none", "\"privileges\": \"none\"")).hasStatus(201);
        version("\"setuid\": true");
        assertThat(create("yes", "\"privileges\": \"setuid\"")).hasStatus(201);
        version("\"ports\": 0");
        assertThat(pointers(api.json(create("silent", "\"privileges\": \"setuid\""))))
                .containsExactly("/privileges");
        String jail = api.json(create("later", "")).get("id").asString();
        assertThat(pointers(api.json(
                        api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/jails/" + jail, "{\"privileges\": \"setuid\"}"))))
                .as("a change of a jail")
                .containsExactly("/privileges");
    }

    @Test
    void allowOnlyTheTemplatesThatTheyName() {
        version("\"bases\": [\"template:debian\", \"template:alpine\"]");

        JsonNode refused = api.json(create("thin", "\"base\": \"thin\""));
        assertThat(pointers(refused)).containsExactly("/base");
        assertThat(refused.at("/errors/0/message").asString())
                .isEqualTo("must be 'template:debian' or 'template:alpine' in its plan");
        assertThat(pointers(api.json(create("other", "\"base\": \"template:fedora\""))))
                .contains("/base");
    }

    @Test
    void giveJailsTheirLimits() {
        JsonNode jail = api.json(create("web", ""));

        assertThat(jail.get("plan").asString()).isEqualTo(plan);
        assertThat(jail.get("planVersion").asInt()).isEqualTo(1);
        assertThat(jail.get("limits").toString())
                .isEqualTo("{\"memory\":536870912,\"processes\":100,\"cpuMillis\":500}");
        assertThat(api.json(create("small", "\"limits\": {\"memory\": \"64MiB\"}"))
                        .at("/limits/memory")
                        .asLong())
                .isEqualTo(64L << 20);
        JsonNode refused = api.json(create(
                "large",
                "\"limits\": {\"memory\": \"1GiB\"}, \"policy\": {\"profile\": \"system\"}, \"base\": \"directory\""));
        assertThat(refused.get("status").asInt()).isEqualTo(422);
        assertThat(pointers(refused)).containsExactly("/limits/memory", "/policy/profile", "/base");
        assertThat(refused.at("/errors/0/message").asString())
                .isEqualTo("asks for 1GiB of memory, but its plan has at most 512MiB of memory");
        JsonNode batch = api.lines(api.batch(
                        OPERATOR,
                        "?partial=true",
                        Map.of(),
                        body("batch", "\"limits\": {\"processes\": 200}").getBytes(StandardCharsets.UTF_8)))
                .getFirst();
        assertThat(batch.get("status").asInt()).isEqualTo(422);
    }

    @Test
    void boundTheBandwidth() {
        JsonNode said = version("\"limits\": {\"bandwidthIn\": \"100Mbit/s\", \"bandwidthOut\": 10000000}");
        assertThat(said.get("limits").toString()).isEqualTo("{\"bandwidthIn\":100000000,\"bandwidthOut\":10000000}");

        assertThat(api.json(create("web", "")).get("limits").toString())
                .isEqualTo("{\"bandwidthIn\":100000000,\"bandwidthOut\":10000000}");
        assertThat(api.json(create("less", "\"limits\": {\"bandwidthOut\": \"64k\"}"))
                        .at("/limits/bandwidthOut")
                        .asLong())
                .isEqualTo(64_000);
        JsonNode refused = api.json(create("more", "\"limits\": {\"bandwidthIn\": \"101M\"}"));
        assertThat(pointers(refused)).containsExactly("/limits/bandwidthIn");
        assertThat(refused.at("/errors/0/message").asString())
                .isEqualTo("asks for 101Mbit/s, but its plan has at most 100Mbit/s");
        JsonNode invalid = api.json(post(
                BILLING,
                "/api/v1/plans/" + plan + "/versions",
                "{\"limits\": {\"bandwidthIn\": \"1MiB\", \"bandwidthOut\": \"1k\"}}"));
        assertThat(pointers(invalid)).containsExactly("/limits/bandwidthIn", "/limits/bandwidthOut");
    }

    @Test
    void nameWhatDoesNotFit() {
        String jail = "/api/v1/jails/"
                + api.json(post(
                                OPERATOR,
                                "/api/v1/jails",
                                "{\"name\": \"free\", \"customer\": \"" + customer + "\", \"host\": \"" + host
                                        + "\", \"base\": \"directory\"}"))
                        .get("id")
                        .asString();
        for (String query : List.of("?dryRun=true", "")) {
            JsonNode refused = api.json(post(OPERATOR, jail + "/plan" + query, "{\"plan\": \"" + plan + "\"}"));
            assertThat(refused.get("type").asString()).isEqualTo("/problems/plan-does-not-fit");
            assertThat(pointers(refused)).containsExactly("/base");
        }
        version("\"limits\": {\"memory\": \"1GiB\"}");
        api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/customers/" + customer, "{\"quota\": {\"jails\": 1}}");
        assertThat(post(OPERATOR, jail + "/plan?dryRun=true", "{\"plan\": \"" + plan + "\"}"))
                .hasStatus(200);
        api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/hosts/" + host, "{\"memoryOvercommit\": 0.1}");
        JsonNode full = api.json(post(OPERATOR, jail + "/plan?dryRun=true", "{\"plan\": \"" + plan + "\"}"));
        assertThat(full.get("type").asString()).isEqualTo("/problems/host-full");
        assertThat(full.at("/shortages/0/asked").asLong()).isEqualTo(1L << 30);
    }
}

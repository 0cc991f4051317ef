package dev.bailiwick.server.host.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

@ServerTest
class HostResourceTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void answersANewHostWithItsJoinToken() {
        MvcTestResult made = api.call(OPERATOR, HttpMethod.POST, "/api/v1/hosts", "{\"name\": \"joining\"}");

        assertThat(made).hasStatus(201);
        assertThat(api.json(made).get("joinToken").asString()).matches("bwj_[A-Za-z0-9_-]{43}\\.[0-9a-f]{64}");
        String address = "/api/v1/hosts/" + api.json(made).get("id").asString();
        JsonNode host = api.json(api.call(OPERATOR, HttpMethod.GET, address, ""));
        assertThat(host.has("joinToken")).isFalse();
        assertThat(host.get("connected").asBoolean()).isFalse();
        assertThat(api.call(OPERATOR, HttpMethod.POST, address + "/join-token", ""))
                .hasStatus(201);

        MvcTestResult again = api.call(OPERATOR, HttpMethod.POST, "/api/v1/hosts", "{\"name\": \"joining\"}");
        assertThat(again).hasStatus(409);
        assertThat(api.json(again).at("/errors/0/pointer").asString()).isEqualTo("/name");
        assertThat(api.call(OPERATOR, HttpMethod.DELETE, address, "")).hasStatus(204);
        assertThat(api.call(OPERATOR, HttpMethod.GET, address, "")).hasStatus(404);
    }

    @Test
    void showsWhatAConnectedHostSaysOfItself() {
        HostId id = fixtures.connectedHost();

        JsonNode host = api.json(api.call(OPERATOR, HttpMethod.GET, "/api/v1/hosts/" + id, ""));

        assertThat(host.get("connected").asBoolean()).isTrue();
        assertThat(host.at("/facts/rootBase").asString()).isEqualTo("/var/lib/bailiwick/jails");
        assertThat(host.at("/facts/capabilities/0/name").asString()).isEqualTo("userns");
    }

    @Test
    void renamesAHostThatIsAsItWasSeen() {
        String address = "/api/v1/hosts/" + fixtures.connectedHost();
        fixtures.host();
        MvcTestResult seen = api.call(OPERATOR, HttpMethod.GET, address, "");
        String tag = String.valueOf(seen.getResponse().getHeader("ETag"));
        assertThat(tag).startsWith("\"1-");
        String body = "{\"name\": \"renamed-once\"}";

        assertThat(api.call(OPERATOR, HttpMethod.PUT, address, body)).hasStatus(428);
        assertThat(api.call(OPERATOR, HttpMethod.PUT, address, Map.of("If-Match", "\"7\""), body))
                .hasStatus(412);
        MvcTestResult renamed = api.call(OPERATOR, HttpMethod.PUT, address, Map.of("If-Match", tag), body);
        assertThat(renamed).hasStatus(200);
        assertThat(api.json(renamed).get("name").asString()).isEqualTo("renamed-once");
        assertThat(renamed.getResponse().getHeader("ETag")).startsWith("\"2-");
        assertThat(api.call(OPERATOR, HttpMethod.PUT, address, Map.of("If-Match", tag), body))
                .hasStatus(412);
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, address, "{\"name\": \"renamed-twice\"}"))
                .hasStatus(200);
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, address, "{}")).hasStatus(200);
        MvcTestResult last = api.call(OPERATOR, HttpMethod.GET, address, "");
        assertThat(api.json(last).get("name").asString()).isEqualTo("renamed-twice");
        assertThat(last.getResponse().getHeader("ETag")).startsWith("\"3-");
    }

    @Test
    void refusesToRenameAHostToWhatItCanNotBe() {
        String address = "/api/v1/hosts/" + fixtures.host();
        String other = api.json(api.call(OPERATOR, HttpMethod.GET, "/api/v1/hosts/" + fixtures.host(), ""))
                .get("name")
                .asString();

        for (String body : new String[] {"{\"name\": null}", "{\"name\": 7}", "{\"name\": \"Not a name\"}"}) {
            MvcTestResult refused = api.call(OPERATOR, HttpMethod.PATCH, address, body);
            assertThat(refused).as(body).hasStatus(422);
            assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/name");
        }
        MvcTestResult taken = api.call(OPERATOR, HttpMethod.PATCH, address, "{\"name\": \"" + other + "\"}");
        assertThat(taken).hasStatus(409);
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, address, "{\"nam\": \"x\"}"))
                .hasStatus(422);
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/hosts/" + UUID.randomUUID(), "{\"name\": \"x\"}"))
                .hasStatus(404);
        assertThat(api.call(Fleet.somebodyOf(fixtures.customer()), HttpMethod.PATCH, address, "{\"name\": \"mine\"}"))
                .hasStatus(403);
    }

    @Test
    void linksToTheNextPage() {
        fixtures.host();
        fixtures.host();
        MvcTestResult first = api.call(OPERATOR, HttpMethod.GET, "/api/v1/hosts?limit=1", "");
        String link = String.valueOf(first.getResponse().getHeader("Link"));
        MvcTestResult second = api.call(OPERATOR, HttpMethod.GET, link.substring(1, link.indexOf('>')), "");
        assertThat(api.json(second).get("items")).hasSize(1);
        assertThat(api.json(second).get("items")).isNotEqualTo(api.json(first).get("items"));
    }

    @Test
    void filtersSortsAndCounts() {
        HostId there = fixtures.connectedHost();
        String name = api.json(api.call(OPERATOR, HttpMethod.GET, "/api/v1/hosts/" + there, ""))
                .get("name")
                .asString();

        JsonNode found = api.json(api.call(OPERATOR, HttpMethod.GET, "/api/v1/hosts?q=" + there + "&total=true", ""));
        assertThat(found.at("/items/0/name").asString()).isEqualTo(name);
        assertThat(found.at("/total/count").asInt()).isEqualTo(1);
        assertThat(api.json(api.call(OPERATOR, HttpMethod.GET, "/api/v1/hosts?state=waiting&q=" + there, ""))
                        .get("items"))
                .isEmpty();
        for (String wrong : new String[] {"state=odd", "sort=memory", "limit=0"}) {
            assertThat(api.call(OPERATOR, HttpMethod.GET, "/api/v1/hosts?" + wrong, ""))
                    .as(wrong)
                    .hasStatus(422);
        }
    }

    @Test
    void refusesABadName() {
        for (String body : new String[] {"{}", "{\"name\": \"Not a name\"}"}) {
            MvcTestResult refused = api.call(OPERATOR, HttpMethod.POST, "/api/v1/hosts", body);
            assertThat(refused).hasStatus(422).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
            assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/name");
        }
    }

    @Test
    void listsPoolsAndRefusesOverlappingOnes() {
        MvcTestResult made = api.call(OPERATOR, HttpMethod.POST, "/api/v1/pools", "{\"range\": \"172.30.0.0/16\"}");
        assertThat(made).hasStatus(201);
        MvcTestResult overlapping =
                api.call(OPERATOR, HttpMethod.POST, "/api/v1/pools", "{\"range\": \"172.30.4.0/24\"}");
        assertThat(overlapping).hasStatus(409);
        assertThat(api.json(overlapping).at("/errors/0/pointer").asString()).isEqualTo("/range");
        assertThat(api.json(api.call(OPERATOR, HttpMethod.GET, "/api/v1/pools", ""))
                        .get("items")
                        .toString())
                .contains("172.30.0.0/16");
        String address = "/api/v1/pools/" + api.json(made).get("id").asString();
        assertThat(api.call(OPERATOR, HttpMethod.DELETE, address, "")).hasStatus(204);
        assertThat(api.call(OPERATOR, HttpMethod.DELETE, address, "")).hasStatus(404);
    }

    @Test
    void isNoBusinessOfCustomers() {
        Caller carl = Fleet.somebodyOf(fixtures.customer());

        assertThat(api.call(carl, HttpMethod.GET, "/api/v1/hosts", "")).hasStatus(403);
        assertThat(api.call(carl, HttpMethod.POST, "/api/v1/hosts", "{\"name\": \"mine\"}"))
                .hasStatus(403);
        assertThat(api.call(carl, HttpMethod.GET, "/api/v1/pools", "")).hasStatus(403);
    }

    @Test
    void describesTheApi() {
        MvcTestResult described = api.call(OPERATOR, HttpMethod.GET, "/api/openapi.json", "");

        assertThat(described).hasStatus(200);
        JsonNode paths = api.json(described).get("paths");
        assertThat(paths.propertyNames()).contains("/api/v1/jails", "/api/v1/jails/{id}/restart", "/api/v1/hosts");
        assertThat(paths.toString()).doesNotContain("\"caller\"");
    }

    @Test
    void describesHowToBeLetInAndWhatIsAnswered() {
        JsonNode described = api.json(api.call(OPERATOR, HttpMethod.GET, "/api/openapi.json", ""));

        assertThat(described.at("/info/title").asString()).isEqualTo("Bailiwick");
        assertThat(described.at("/components/securitySchemes/token/scheme").asString())
                .isEqualTo("bearer");
        JsonNode paths = described.get("paths");
        assertThat(paths.properties().stream()
                        .map(path -> path.getValue().path("post"))
                        .filter(post -> post.path("summary").asString("").matches("Create (a|an|another) .*")))
                .hasSize(12)
                .allSatisfy(post -> {
                    assertThat(successes(post.get("responses")))
                            .as(post.get("summary").asString())
                            .containsExactly("201");
                    assertThat(post.at("/responses/201/content").toString()).contains("/components/schemas/");
                });
        for (String operation : List.of(
                "{id}/put",
                "{id}/patch",
                "{id}~1move/post",
                "{id}~1start/post",
                "{id}~1stop/post",
                "{id}~1restart/post")) {
            assertThat(successes(paths.at("/~1api~1v1~1jails~1" + operation + "/responses")))
                    .as(operation)
                    .containsExactlyInAnyOrder("200", "202");
        }
        assertThat(successes(paths.at("/~1api~1v1~1jails~1{id}/delete/responses")))
                .containsExactlyInAnyOrder("202", "204");
    }

    private static List<String> successes(JsonNode answers) {
        return answers.propertyNames().stream()
                .filter(status -> status.compareTo("400") < 0)
                .toList();
    }

    @Test
    void saysOfEachOperationWhatItDoes() {
        JsonNode paths = api.json(api.call(OPERATOR, HttpMethod.GET, "/api/openapi.json", ""))
                .get("paths");

        assertThat(paths.properties())
                .allSatisfy(path -> assertThat(path.getValue().properties())
                        .allSatisfy(operation -> assertThat(
                                        operation.getValue().path("summary").asString(""))
                                .as(operation.getKey() + " " + path.getKey())
                                .isNotEmpty()));
    }
}

package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.desired.DesiredJail;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** The list of jails: pages, order, counts and filters. */
class JailListingTest extends JailApi {

    @Test
    void findsJailsByTheirLabelsWhichRestartNothing() {
        JsonNode jail = json(call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                Map.of(),
                body(", \"labels\": {\"team\": \"web, shop\", \"tier\": \"front\"}")));
        String address = "/api/v1/jails/" + jail.get("id").asString();
        assertThat(jail.at("/labels/team").asString()).isEqualTo("web, shop");
        String list = "/api/v1/jails?host=" + host;
        assertThat(labelled(list + "&label=team")).isOne();
        assertThat(labelled(list + "&label=team=web,%20shop&label=tier=front")).isOne();
        assertThat(labelled(list + "&label=team=web,%20shop&label=tier=back")).isZero();
        assertThat(labelled(list + "&label=tea")).isZero();
        assertThat(call(OPERATOR, HttpMethod.GET, list + "&label=a%20b", Map.of(), ""))
                .hasStatus(422)
                .bodyText()
                .contains("/label");

        JsonNode changed = json(call(
                OPERATOR,
                HttpMethod.PATCH,
                address,
                Map.of("Content-Type", "application/merge-patch+json", "If-Match", "\"1\""),
                "{\"labels\": {\"team\": null, \"tier\": \"back\"}}"));
        assertThat(changed.at("/restart/required").asBoolean()).isFalse();
        assertThat(changed.get("labels").propertyNames()).containsExactly("tier");
        assertThat(labelled(list + "&label=team")).isZero();
        assertThat(labelled(list + "&label=tier=back")).isOne();
        assertThat(desired.since(host, 0).jails())
                .singleElement()
                .isInstanceOfSatisfying(
                        DesiredJail.Present.class,
                        kept -> assertThat(kept.definition().labels().all()).isEqualTo(Map.of("tier", "back")));

        refuses(422, "/labels/a=b", body(", \"labels\": {\"a=b\": \"\"}"));
        refuses(422, "/labels/team", body(", \"labels\": {\"team\": null}"));
    }

    private int labelled(String list) {
        return json(call(OPERATOR, HttpMethod.GET, list, Map.of(), ""))
                .get("items")
                .size();
    }

    @Test
    void linksToTheNextPage() {
        for (int i = 0; i < 3; i++) {
            assertThat(call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), body("").replace("web", "web-" + i)))
                    .hasStatus(201);
        }
        MvcTestResult first = call(OPERATOR, HttpMethod.GET, "/api/v1/jails?limit=2&host=" + host, Map.of(), "");
        assertThat(json(first).get("items")).hasSize(2);
        String link = String.valueOf(first.getResponse().getHeader("Link"));
        assertThat(link).startsWith("</api/v1/jails?").endsWith(">; rel=\"next\"");
        MvcTestResult second = call(OPERATOR, HttpMethod.GET, link.substring(1, link.indexOf('>')), Map.of(), "");
        assertThat(json(second).at("/items/0/name").asString()).isEqualTo("web-0");
        String back = String.valueOf(second.getResponse().getHeader("Link"));
        assertThat(back).startsWith("</api/v1/jails?").endsWith(">; rel=\"prev\"");
        assertThat(json(call(OPERATOR, HttpMethod.GET, back.substring(1, back.indexOf('>')), Map.of(), ""))
                        .get("items"))
                .isEqualTo(json(first).get("items"));
    }

    @Test
    void sortsAndCountsWhereThatIsAskedFor() {
        for (String name : List.of("pear", "apple", "fig")) {
            make("", name);
        }
        String list = "/api/v1/jails?host=" + host;
        JsonNode sorted = json(call(OPERATOR, HttpMethod.GET, list + "&sort=-name&total=true&limit=1", Map.of(), ""));
        assertThat(sorted.at("/items/0/name").asString()).isEqualTo("pear");
        assertThat(sorted.at("/total/count").asInt()).isEqualTo(3);
        assertThat(sorted.at("/total/more").asBoolean()).isFalse();
        assertThat(json(call(OPERATOR, HttpMethod.GET, list, Map.of(), "")).has("total"))
                .isFalse();
        assertThat(call(OPERATOR, HttpMethod.GET, list + "&sort=weight", Map.of(), ""))
                .hasStatus(422)
                .bodyText()
                .contains("/sort");
    }

    @Test
    void linksToTheNextPageOfASearchWhateverItSays() {
        for (int i = 0; i < 3; i++) {
            make(", \"externalId\": \"order: %d of %s\"".formatted(i, host), "web-" + i);
        }
        String search = "/api/v1/jails?limit=2&q=order:%20&host=" + host;
        MvcTestResult first = call(OPERATOR, HttpMethod.GET, search, Map.of(), "");
        assertThat(json(first).get("items")).hasSize(2);
        String link = String.valueOf(first.getResponse().getHeader("Link"));
        assertThat(link).contains("q=order:%20&");
        MvcTestResult second = call(OPERATOR, HttpMethod.GET, link.substring(1, link.indexOf('>')), Map.of(), "");
        assertThat(json(second).get("items")).hasSize(1);
        assertThat(json(second).at("/items/0/name").asString()).isEqualTo("web-0");
    }
}

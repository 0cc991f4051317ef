package dev.bailiwick.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.fuzz.RawClient.Answer;
import dev.bailiwick.server.fuzz.RawRequest.Header;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One request of each kind that a server has answered with an error of its own: each is rejected, or answered. */
@WebTest
class HostileRequestsTest extends WithWorld {

    private static final String FORM = "application/x-www-form-urlencoded";

    private World world = new World(Map.of(), Map.of(), Map.of());
    private RawClient client = new RawClient(0);

    @BeforeEach
    void makeAWorld() throws Exception {
        client = new RawClient(port);
        world = newWorld();
    }

    @ParameterizedTest
    @CsvSource({
        "/jails?q=%, 400",
        "/jails?q=%00, 400",
        "/jails?q=%C3%28, 400",
        "/jails?phase=%00, 400",
        "/jails/rollout?jails[0]=x, 400",
        "/jails/rollout?jails%5B0%5D=x, 400",
        "/jails/rollout?jails%5B1%5D=x, 400",
        "/jails/rollout?jails=x, 200",
        "/jails?from=x&sort=x&host=x&phase=x, 200",
        "/hosts?q=%zz, 400"
    })
    void forPages(String address, int status) throws Exception {
        assertThat(page("GET", address, "", List.of()).status()).as(address).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/jails?limit=1&x=YQ==, 400",
        "/api/v1/jails?limit=1&q=o=, 200",
        "/api/v1/jails?limit=1&externalId=YQ==, 200",
        "/api/v1/jails?q=%, 400",
        "/api/v1/jails?q=%00, 422",
        "/api/v1/jails?limit=99999999999999999999, 422",
        "/api/v1/hosts?limit=1&q=-, 200"
    })
    void forLists(String address, int status) throws Exception {
        assertThat(api("GET", address, "", List.of()).status()).as(address).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "*/*",
        "application/*",
        "application/json; charset=",
        "application/json; charset=nonsense",
        "application/x-www-form-urlencoded",
        "a/b/c"
    })
    void withATypeThatIsNotRead(String type) throws Exception {
        List<Header> headers = List.of(new Header("Content-Type", type));
        assertThat(api("POST", "/api/v1/customers", "{\"na\u00ff%=", headers).status())
                .isEqualTo(415);
        if (!type.equals(FORM)) {
            assertThat(page("GET", "/jails", "", headers).status()).isEqualTo(415);
        }
    }

    /** What curl -d sends without a header. */
    @Test
    void withAFormSaysWhichTypeTheApiReads() throws Exception {
        List<Header> headers = List.of(new Header("Content-Type", FORM));
        assertThat(api("POST", "/api/v1/customers", "{}", headers).text()).contains("Content-Type: application/json");
        List<Header> text = List.of(new Header("Content-Type", "text/plain"));
        assertThat(api("POST", "/api/v1/jails:batch", "{}", text).text())
                .contains("is text/plain", "it must be application/x-ndjson");
    }

    /** Each alone has its answer; the page about the first was not rendered because of the second. */
    @ParameterizedTest
    @ValueSource(strings = {"/jails//x", "/jails/%2e%2e/x", "/jails?q=%zz", "/nowhere"})
    void withAnAddressAndATypeThatAreNotRead(String address) throws Exception {
        List<Header> headers = List.of(new Header("Content-Type", "text/html; charset="));
        assertThat(page("GET", address, "", headers).status()).isEqualTo(415);
        // Tomcat rejects it before any filter.
        assertThat(page("TRACE", address, "", headers).status()).isIn(400, 405);
    }

    @Test
    void withNumbersOfAThousandDigitsAndLevels() throws Exception {
        List<Header> json = List.of(new Header("Content-Type", "application/json"));
        List<Header> lines = List.of(new Header("Content-Type", "application/x-ndjson"));
        for (String value : List.of(
                "9".repeat(1_001),
                "\"" + "9".repeat(1_001) + "\"",
                "1e99999",
                "[".repeat(1_001) + "]".repeat(1_001),
                "{\"a\":".repeat(1_001) + "1" + "}".repeat(1_001))) {
            for (String field : List.of("name", "stopTimeout", "limits", "environment", "action")) {
                String body = "{\"" + field + "\":" + value + "}";
                assertThat(api("POST", "/api/v1/jails", body, json).status())
                        .as(field + " " + value)
                        .isIn(400, 422);
                assertThat(api("POST", "/api/v1/jails:batch?partial=true", body, lines)
                                .status())
                        .as(field + " " + value)
                        .isIn(200, 400, 422);
            }
        }
    }

    @Test
    void withFormsThatCannotBeRead() throws Exception {
        String jail = "/jails/" + world.first("jails");
        String token = Pages.of(client, world, "operator").stream()
                .flatMap(form -> form.fields().stream())
                .filter(field -> field.name().equals("_csrf"))
                .map(PageForm.Field::value)
                .findFirst()
                .orElseThrow();
        List<Header> form = List.of(new Header("Content-Type", FORM), new Header("Sec-Fetch-Site", "same-origin"));
        for (String fields : List.of(
                "a=%",
                "name=%00",
                "name=%ff",
                "files=bogus&confirm=web",
                "files=KEPT&files=KEPT&confirm=web",
                "overrides[300].call=ptrace",
                "overrides[3000].call=ptrace")) {
            Answer answer = page("POST", jail + "/retire", "_csrf=" + token + "&" + fields, form);
            assertThat(answer.status()).as(fields).isEqualTo(400);
            assertThat(answer.text()).as(fields).contains("<h1");
        }
        String wide = "_csrf=" + token + "&overrides[300].call=ptrace";
        assertThat(page("POST", "/jails/preview", wide, form).status()).isEqualTo(200);
        assertThat(page("POST", "/jails/preview", wide.replace("300", "3000"), form)
                        .status())
                .isEqualTo(400);
        assertThat(page("POST", "/account/tokens", "_csrf=" + token + "&name=a%00&scopes=jails:read&expires=30", form)
                        .status())
                .isEqualTo(400);
        assertThat(page("POST", jail + "/stop", "_csrf=" + token.substring(0, 20) + "_____________", form)
                        .status())
                .as("a token that is no text")
                .isEqualTo(403);
    }

    /** A stream for a client that gets nothing of it would last until its time is over. */
    @Test
    void forTheHeadOfAStreamEnd() throws Exception {
        assertThat(page("HEAD", "/jails/live", "", List.of()).status()).isEqualTo(200);
        assertThat(page("GET", "/jails", "", List.of()).status())
                .as("on the same connection")
                .isEqualTo(200);
    }

    private Answer api(String method, String target, String body, List<Header> headers) throws IOException {
        return send(method, target, body, headers, new Header("Authorization", world.bearer("operator")));
    }

    private Answer page(String method, String target, String body, List<Header> headers) throws IOException {
        return send(
                method,
                target,
                body,
                headers,
                new Header("Cookie", world.people().getOrDefault("operator", "")),
                new Header("Accept", "text/html"));
    }

    private Answer send(String method, String target, String body, List<Header> headers, Header... own)
            throws IOException {
        List<Header> all = new ArrayList<>(headers);
        Stream.of(own).forEach(all::add);
        return client.send(
                new RawRequest(method, target, all, body.getBytes(StandardCharsets.ISO_8859_1), false, "operator"));
    }
}

package dev.bailiwick.server.host.page;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** What a host promises to jails: on its page and in the API, and the form that sets the factors. */
@ServerTest
class OvercommitPagesTest {

    private static final Caller SUPPORT = Caller.staff(new UserId(UUID.randomUUID()), "sue", Role.SUPPORT);

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void setTheFactorsAndShowWhatIsLeft() {
        String host = fixtures.connectedHostWithPool().toString();
        String page = "/hosts/" + host;
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/jails",
                        "{\"name\": \"web\", \"customer\": \"" + fixtures.customer() + "\", \"host\": \"" + host
                                + "\", \"limits\": {\"memory\": \"3GiB\"}}"))
                .hasStatus(201);
        JsonNode unbounded = promises(host);
        assertThat(unbounded.get("memory").toString())
                .isEqualTo("{\"has\":8589934592,\"promised\":3221225472,\"withoutLimit\":0}");
        assertThat(text(api.get(OPERATOR, page))).contains("Promised to jails", "3.0 GiB", "No bound");

        String version = text(api.get(OPERATOR, page + "/overcommit"))
                .replaceFirst("(?s).*name=\"version\" value=\"([0-9]+)\".*", "$1");
        MvcTestResult saved = post(page + "/overcommit?version=" + version + "&memoryOvercommit=0.5&cpuOvercommit=2.5");
        assertThat(saved).hasStatus3xxRedirection();

        JsonNode bounded = promises(host);
        assertThat(bounded.at("/memory/bound").asLong()).isEqualTo(4L << 30);
        assertThat(bounded.at("/memory/left").asLong()).isEqualTo(1L << 30);
        assertThat(bounded.get("cpuMillis").toString())
                .isEqualTo("{\"has\":2000,\"bound\":5000,\"promised\":0,\"left\":5000,\"withoutLimit\":1}");
        assertThat(text(api.get(OPERATOR, page))).contains("4.0 GiB", "1.0 GiB", "75 %", "1 jail has no limit");
        assertThat(text(post(page + "/overcommit?version=" + version + "&memoryOvercommit=1")))
                .contains("Somebody else has changed the host meanwhile", "value=\"0.5\"");
        assertThat(text(post(page + "/overcommit?version=" + version + "&memoryOvercommit=x&cpuOvercommit=0")))
                .contains("memoryOvercommit-error", "cpuOvercommit-error", "value=\"x\"");
        MvcTestResult refused = api.call(
                OPERATOR,
                HttpMethod.PATCH,
                "/api/v1/hosts/" + host,
                "{\"memoryOvercommit\": 0, \"cpuOvercommit\": 1001}");
        assertThat(refused).hasStatus(422);
        assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/memoryOvercommit");
        assertThat(api.json(refused).at("/errors/1/pointer").asString()).isEqualTo("/cpuOvercommit");
        assertThat(api.json(api.get(OPERATOR, "/api/v1/hosts?q=" + host)).toString())
                .doesNotContain("promised");
    }

    @Test
    void areNotForThoseWhoOnlySee() {
        String page = "/hosts/" + fixtures.connectedHostWithPool();

        assertThat(text(api.get(SUPPORT, page))).contains("Promised to jails").doesNotContain("/overcommit");
        assertThat(api.get(SUPPORT, page + "/overcommit")).hasStatus(403);
    }

    private JsonNode promises(String host) {
        return api.json(api.get(OPERATOR, "/api/v1/hosts/" + host)).get("promises");
    }

    private MvcTestResult post(String address) {
        return api.call(OPERATOR, HttpMethod.POST, address, "");
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}

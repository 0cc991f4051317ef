package dev.bailiwick.server.jail.page;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** The form in which the owner of a customer changes what they decide of a jail, and nothing else. */
@ServerTest
class SettingsPagesTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private Caller owner = OPERATOR;
    private String page = "";

    @BeforeEach
    void aJailOfACustomer() {
        HostId host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        owner = somebodyOf(customer);
        MvcTestResult created = api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                "{\"name\": \"web\", \"customer\": \"" + customer + "\", \"host\": \"" + host
                        + "\", \"command\": [\"/bin/first\"], \"environment\": {\"LANG\": \"C\"}, \"labels\": {\"team\": \"web\"},"
                        + " \"limits\": {\"memory\": \"512MiB\"}, \"policy\": {\"profile\": \"hosting\", \"overrides\":"
                        + " [{\"call\": \"ptrace\", \"decision\": \"allow\", \"reason\": \"a debugger\"}]}}");
        assertThat(created).hasStatus(201);
        page = "/jails/" + api.json(created).get("id").asString();
    }

    @Test
    void hasOnlyWhatTheyDecideAndShowsTheRestAsText() {
        assertThat(text(api.get(owner, page + "/settings")))
                .contains(page + "/edit")
                .doesNotContain("curl ");

        String form = text(api.get(owner, page + "/edit"));

        assertThat(form)
                .contains("name=\"command\"", "/bin/first", "name=\"environment.name\"", "name=\"nameServers\"")
                .contains("name=\"searchDomains\"", "name=\"resolverOptions\"", "name=\"extraHosts.name\"")
                .contains(">512 MiB<")
                .doesNotContain("name=\"hostname\"", "name=\"limits.memory\"", "name=\"path\"", "name=\"profile\"")
                .doesNotContain("/srv/", "curl ");
        assertThat(api.get(somebodyOf(fixtures.customer()), page + "/edit")).hasStatus(404);
    }

    @Test
    void changesThatAlone() {
        JsonNode before = jail();

        MvcTestResult saved = send(
                page,
                "version=1&command=/bin/second&command=-v&environment.name=LANG&environment.value=C.UTF-8"
                        + "&nameServers=192.0.2.53&searchDomains=example.org&extraHosts.name=db&extraHosts.value=192.0.2.7");

        assertThat(saved).hasStatus3xxRedirection();
        JsonNode after = jail();
        assertThat(after.get("command").toString()).isEqualTo("[\"/bin/second\",\"-v\"]");
        assertThat(after.get("environment").toString()).isEqualTo("{\"LANG\":\"C.UTF-8\"}");
        assertThat(after.get("nameServers").toString()).isEqualTo("[\"192.0.2.53\"]");
        assertThat(after.get("extraHosts").toString()).isEqualTo("{\"db\":\"192.0.2.7\"}");
        for (String field : List.of("hostname", "path", "ip", "base", "limits", "labels", "policy", "wanted")) {
            assertThat(after.get(field)).as(field).isEqualTo(before.get(field));
        }
    }

    @Test
    void refusesWhatTheyDoNotDecideWhateverIsSent() {
        for (String field :
                List.of("hostname=other", "limits.memory=1GiB", "init=true", "labels.name=a&labels.value=b")) {
            assertThat(send(page, "version=1&command=/bin/first&" + field))
                    .as(field)
                    .hasStatus(403);
        }
        assertThat(jail().get("generation").asInt()).isEqualTo(1);
    }

    @Test
    void showsWhatIsWrongBesideItsFieldAndWhatRestarts() {
        MvcTestResult refused = send(page, "version=1&command=/bin/first&nameServers=nowhere");
        assertThat(refused).hasStatus(422);
        assertThat(text(refused))
                .contains("nameServers-error", "value=\"nowhere\"")
                .doesNotContain("name=\"hostname\"");
        assertThat(text(send(page, "version=7&command=/bin/first"))).contains("it is at generation 1 now");

        String id = "id=" + page.substring("/jails/".length());
        assertThat(text(send("/jails/preview", id + "&version=1&command=/bin/second")))
                .contains("Saving restarts the jail immediately")
                .doesNotContain("curl ");
        assertThat(text(send("/jails/rows", id + "&version=1&command=/bin/first&addRow=command")))
                .contains("name=\"command\"")
                .doesNotContain("name=\"hostname\"");
        assertThat(send("/jails/rows", "version=1&command=/bin/first&addRow=command"))
                .as("a new jail")
                .hasStatus(403);
    }

    private JsonNode jail() {
        return api.json(api.get(OPERATOR, "/api/v1" + page));
    }

    private MvcTestResult send(String address, String form) {
        return api.call(owner, HttpMethod.POST, address + "?" + form, "");
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}

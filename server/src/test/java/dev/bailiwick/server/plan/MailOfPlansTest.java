package dev.bailiwick.server.plan;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.jail.DesiredStates;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** What a host gets to know of the outgoing mail in plans; {@code EgressTest} sees that it obeys. */
@ServerTest
class MailOfPlansTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private DesiredStates desired;

    @Test
    void jailsOnAPlanSendMailOnlyIfItSaysSo() {
        HostId host = fixtures.connectedHostWithPool();
        String plan = made(post("/api/v1/plans", "{\"name\": \"Mail " + UUID.randomUUID() + "\"}"));
        String jail = "/api/v1/jails/"
                + made(post(
                        "/api/v1/jails",
                        "{\"name\": \"web\", \"customer\": \"%s\", \"host\": \"%s\", \"plan\": \"%s\"}"
                                .formatted(fixtures.customer(), host, plan)))
                + "/plan";
        assertThat(mail(host, 1)).as("the plan does not say").containsExactly(OutgoingMail.REFUSED);

        version(plan, true);
        assertThat(mail(host, 2)).as("it stays on its version").isEmpty();
        put(jail, "\"" + plan + "\"");
        assertThat(mail(host, 2)).containsExactly(OutgoingMail.BY_POOL);

        version(plan, false);
        put(jail, "\"" + plan + "\"");
        assertThat(mail(host, 3)).containsExactly(OutgoingMail.REFUSED);
        put(jail, "null");
        assertThat(mail(host, 4)).as("the pool decides").containsExactly(OutgoingMail.BY_POOL);
    }

    /** Returns what the host gets to know with a revision. */
    private List<OutgoingMail> mail(HostId host, long revision) {
        return desired.since(host, revision - 1).jails().stream()
                .map(sent -> ((DesiredJail.Present) sent).network().mail())
                .toList();
    }

    private void version(String plan, Object mail) {
        assertThat(post("/api/v1/plans/" + plan + "/versions", "{\"outgoingMail\": " + mail + "}"))
                .hasStatusOk();
    }

    private void put(String jail, String plan) {
        assertThat(post(jail, "{\"plan\": " + plan + "}")).hasStatus(202);
    }

    private String made(MvcTestResult created) {
        assertThat(created).hasStatus(201);
        return api.json(created).get("id").asString();
    }

    private MvcTestResult post(String path, String body) {
        return api.call(OPERATOR, HttpMethod.POST, path, body);
    }
}

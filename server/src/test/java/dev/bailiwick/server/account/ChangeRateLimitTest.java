package dev.bailiwick.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@ServerTest
class ChangeRateLimitTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final UUID jail = UUID.randomUUID();

    @Test
    void oneCustomersChangesWaitAndNobodyElses() {
        Caller customer = Fleet.somebodyOf(fixtures.customer());
        String restart = "/api/v1/jails/" + jail + "/restart";
        int answered = 0;
        MvcTestResult last = send(customer, HttpMethod.POST, restart);
        while (last.getResponse().getStatus() == 404 && answered < 10 * ChangeRateLimit.BURST) {
            answered++;
            last = send(customer, HttpMethod.POST, restart);
        }
        assertThat(answered).isGreaterThanOrEqualTo(ChangeRateLimit.BURST);
        assertThat(last)
                .hasStatus(429)
                .hasHeader("Retry-After", "60")
                .bodyText()
                .contains("/problems/too-many-changes");

        assertThat(send(customer, HttpMethod.POST, "/jails/" + jail + "/restart"))
                .as("by a page")
                .hasStatus(429);
        assertThat(send(customer, HttpMethod.GET, "/api/v1/jails")).hasStatusOk();
        for (Caller other : new Caller[] {Fleet.somebodyOf(fixtures.customer()), Fleet.OPERATOR}) {
            assertThat(send(other, HttpMethod.POST, restart)).hasStatus(404);
        }
    }

    /** Somebody whom their customer has removed keeps their tokens, and can create more of them. */
    @Test
    void changesOfAUserOfNoCustomerWaitToo() {
        Caller removed = Fleet.somebodyOf(fixtures.customer()).reaching(Access.of(Role.CUSTOMER));
        int answered = 0;
        while (send(removed, HttpMethod.POST, "/api/v1/tokens").getResponse().getStatus() != 429) {
            answered++;
            assertThat(answered).isLessThan(10 * ChangeRateLimit.BURST);
        }
        assertThat(answered).isGreaterThanOrEqualTo(ChangeRateLimit.BURST);
    }

    @Test
    void largeBatchesCostMoreThanOneChange() {
        Caller customer = Fleet.somebodyOf(fixtures.customer());
        String line = "{\"id\": \"" + jail + "\", \"action\": \"stop\"}\n";

        assertThat(batch(customer, line.repeat(10_000)))
                .as("the largest of all")
                .hasStatusOk();
        assertThat(batch(customer, line.repeat(10_000))).hasStatus(429).hasHeader("Retry-After", "60");
        assertThat(batch(customer, line.repeat(10)))
                .as("a small one, after that")
                .hasStatusOk();
        assertThat(batch(Fleet.OPERATOR, line.repeat(10_000))).hasStatusOk();
        assertThat(batch(Fleet.OPERATOR, line.repeat(10_000))).hasStatusOk();
    }

    private MvcTestResult batch(Caller caller, String lines) {
        return api.batch(caller, "?partial=true", Map.of(), lines.getBytes(StandardCharsets.UTF_8));
    }

    private MvcTestResult send(Caller caller, HttpMethod method, String path) {
        return api.call(caller, method, path, "");
    }
}

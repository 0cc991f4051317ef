package dev.bailiwick.server.plan;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** A plan, and a customer whose jails can be put on it. */
@ServerTest
abstract class WithPlan {

    static final Caller BILLING = Caller.staff(new UserId(UUID.randomUUID()), "bill", Role.BILLING);

    static final String SMALL =
            "\"limits\": {\"memory\": \"512MiB\", \"processes\": 100, \"cpuMillis\": 500}, \"addresses\": 1,"
                    + " \"disk\": \"10GiB\", \"profiles\": [\"hosting\"], \"bases\": [\"thin\"], \"priceCode\": \"S-1\"";

    @Autowired
    ApiClient api;

    @Autowired
    Fleet.Fixtures fixtures;

    HostId host = new HostId(UUID.randomUUID());
    CustomerId customer = new CustomerId(UUID.randomUUID());
    String plan = "";

    @BeforeEach
    void aPlan() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        MvcTestResult created =
                post(BILLING, "/api/v1/plans", "{\"name\": \"Small " + UUID.randomUUID() + "\", " + SMALL + "}");
        assertThat(created).hasStatus(201);
        plan = api.json(created).get("id").asString();
    }

    MvcTestResult quota(String quota) {
        return api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/customers/" + customer, "{\"quota\": " + quota + "}");
    }

    JsonNode version(String terms) {
        MvcTestResult made = post(BILLING, "/api/v1/plans/" + plan + "/versions", "{" + terms + "}");
        assertThat(made).hasStatusOk();
        return api.json(made).get("latest");
    }

    MvcTestResult create(String name, String more) {
        return post(OPERATOR, "/api/v1/jails", body(name, more));
    }

    String body(String name, String more) {
        return "{\"name\": \"" + name + "\", \"customer\": \"" + customer + "\", \"host\": \"" + host
                + "\", \"plan\": \"" + plan + "\"" + (more.isEmpty() ? "" : ", " + more) + "}";
    }

    MvcTestResult post(Caller caller, String address, String body) {
        return api.call(caller, HttpMethod.POST, address, body);
    }

    static List<String> pointers(JsonNode refused) {
        return refused.get("errors")
                .valueStream()
                .map(error -> error.get("pointer").asString())
                .toList();
    }
}

package dev.bailiwick.server.jail.page.plan;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** The plan of a jail on the pages: chosen for a new jail, shown to everybody who sees the jail, and changed by those who sell plans. */
@ServerTest
class JailPlanPagesTest {

    private static final Caller BILLING = Caller.staff(new UserId(UUID.randomUUID()), "bill", Role.BILLING);

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private final String name = "Small " + UUID.randomUUID();
    private String small = "";
    private String large = "";

    @BeforeEach
    void twoPlans() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        small = plan(
                name,
                "\"limits\": {\"memory\": \"512MiB\", \"processes\": 1}, \"addresses\": 1, \"disk\": \"10GiB\","
                        + " \"bases\": [\"thin\", \"template:debian\"], \"setuid\": false, \"outgoingMail\": true,"
                        + " \"ports\": 0, \"backups\": 7, \"priceCode\": \"S-1\"");
        large = plan("Large " + UUID.randomUUID(), "\"limits\": {\"memory\": \"1GiB\"}");
    }

    @Test
    void isChosenInTheFormForANewJail() {
        assertThat(text(api.get(OPERATOR, "/jails/new"))).contains("name=\"plan\"", ">" + name + "</option>");
        String form = "/jails?name=web&wanted=running&customer=" + customer + "&host=" + host + "&plan=";

        assertThat(text(post(OPERATOR, "/jails/preview?name=web&plan=" + small)))
                .contains("&quot;plan&quot;: &quot;" + small);
        assertThat(text(post(OPERATOR, form + "none"))).contains("id=\"plan-error\"", "is not a plan");
        MvcTestResult beyond = post(OPERATOR, form + small + "&limits.memory=1GiB");
        assertThat(beyond).hasStatus(422);
        assertThat(text(beyond)).contains("its plan has at most 512MiB of memory", "value=\"" + small + "\" selected");
        MvcTestResult created = post(OPERATOR, form + small);
        assertThat(created).hasStatus3xxRedirection();
        JsonNode jail =
                api.json(api.get(OPERATOR, "/api/v1" + created.getResponse().getRedirectedUrl()));
        assertThat(jail.get("plan").asString()).isEqualTo(small);
        assertThat(jail.at("/limits/memory").asLong()).isEqualTo(512L << 20);
    }

    @Test
    void isShownWithItsTermsToEverybodyWhoSeesTheJail() {
        String jail = jail("web", "\"plan\": \"" + small + "\"");

        for (Caller caller : new Caller[] {OPERATOR, somebodyOf(customer)}) {
            assertThat(text(api.get(caller, "/jails/" + jail)))
                    .contains(name + ", version 1", "At most 512 MiB of memory", "At most 1 process<")
                    .contains("At most 1 IP address<", "10 GiB of disk, not enforced", "No published port<")
                    .contains("7 backups, not enforced", "Setuid programs are not allowed<")
                    .contains("Outgoing mail (TCP port 25), if the pool of the address allows it")
                    .doesNotContain("S-1");
            JsonNode plan = api.json(api.get(caller, "/api/v1/jails/" + jail + "/plan"));
            assertThat(plan.get("name").asString()).isEqualTo(name);
            assertThat(plan.at("/version/disk").asLong()).isEqualTo(10L << 30);
            assertThat(plan.toString()).doesNotContain("S-1");
        }
        assertThat(text(api.get(somebodyOf(customer), "/jails/" + jail + "/settings")))
                .doesNotContain("Change the plan");
        assertThat(api.get(somebodyOf(fixtures.customer()), "/api/v1/jails/" + jail + "/plan"))
                .hasStatus(404);
        String free = jail("free", "\"base\": \"thin\"");
        assertThat(api.json(api.get(OPERATOR, "/api/v1/jails/" + free + "/plan"))
                        .toString())
                .isEqualTo("{}");
    }

    @Test
    void isChangedAfterWhatComesOfItWasShown() {
        String jail = jail("web", "\"plan\": \"" + small + "\"");
        String page = "/jails/" + jail + "/plan";
        assertThat(text(api.get(BILLING, page))).contains("It is on " + name + ", version 1", "Show what changes");

        MvcTestResult shown = post(BILLING, page + "?plan=" + large);
        assertThat(shown).hasStatusOk();
        assertThat(text(shown))
                .contains("<td>512 MiB</td><td>1 GiB</td>", "name=\"shown\" value=\"" + large + ":1\"")
                .contains("Saving does not restart the jail");
        assertThat(generation(jail)).isEqualTo(1);
        assertThat(post(BILLING, page + "?plan=&shown=" + large + ":1"))
                .as("what was shown is another plan")
                .hasStatusOk();
        assertThat(generation(jail)).isEqualTo(1);

        assertThat(post(BILLING, page + "?plan=" + large + "&shown=" + large + ":1"))
                .hasStatus3xxRedirection();
        JsonNode after = api.json(api.get(OPERATOR, "/api/v1/jails/" + jail));
        assertThat(after.get("plan").asString()).isEqualTo(large);
        assertThat(after.at("/limits/memory").asLong()).isEqualTo(1L << 30);
        assertThat(text(post(BILLING, page + "?plan=&shown=:1")))
                .as("the jail has changed since")
                .contains("Then: no plan", "Its limits stay as they are.");
        assertThat(post(BILLING, page + "?plan=&shown=:2")).hasStatus3xxRedirection();
        assertThat(api.json(api.get(OPERATOR, "/api/v1/jails/" + jail)).has("plan"))
                .isFalse();
    }

    @Test
    void isRefusedWithTheFigures() {
        String jail = jail("web", "\"base\": \"directory\"");
        String page = "/jails/" + jail + "/plan";

        MvcTestResult unfit = post(BILLING, page + "?plan=" + small);
        assertThat(unfit).hasStatus(409);
        assertThat(text(unfit))
                .contains("It does not fit. Nothing was changed.", "&#39;thin&#39; or &#39;template:debian&#39;")
                .doesNotContain("name=\"shown\"");
        api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/hosts/" + host, "{\"memoryOvercommit\": 0.1}");
        assertThat(text(post(BILLING, page + "?plan=" + large)))
                .contains("Memory: asks for 1GiB of memory, but the host already promises 0 of");
        assertThat(post(BILLING, page + "?plan=bogus")).hasStatus(422);
        assertThat(api.get(somebodyOf(customer), page)).hasStatus(403);
    }

    private int generation(String jail) {
        return api.json(api.get(OPERATOR, "/api/v1/jails/" + jail))
                .get("generation")
                .asInt();
    }

    private String plan(String named, String terms) {
        return id(api.call(OPERATOR, HttpMethod.POST, "/api/v1/plans", "{\"name\": \"" + named + "\", " + terms + "}"));
    }

    private String jail(String named, String more) {
        return id(api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                "{\"name\": \"" + named + "\", \"customer\": \"" + customer + "\", \"host\": \"" + host + "\", " + more
                        + "}"));
    }

    private String id(MvcTestResult created) {
        assertThat(created).hasStatus(201);
        return api.json(created).get("id").asString();
    }

    private MvcTestResult post(Caller caller, String address) {
        return api.call(caller, HttpMethod.POST, address, "");
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}

package dev.bailiwick.server.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.Egress.Way;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** What the jails with addresses of a pool reach beyond their host: by the API, and on the page of the pool. */
@ServerTest
class EgressOfPoolsTest {

    private static final AddressRange RANGE = AddressRange.parse("172.29.0.0/16");

    @Autowired
    private ApiClient api;

    @Autowired
    private Pools pools;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    private HostId host = new HostId(UUID.randomUUID());
    private String id = "";

    @BeforeEach
    void makeAPool() {
        host = fixtures.connectedHostWithPool();
        JsonNode made = api.json(api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/pools",
                "{\"range\": \"172.29.0.0/16\", \"host\": \"" + host + "\"}"));
        id = made.get("id").asString();
        assertThat(made.get("egress").asString()).isEqualTo("closed");
        assertThat(made.get("outgoingMail").asBoolean()).isFalse();
    }

    @AfterEach
    void removeThePool() {
        pools.remove(OPERATOR, new PoolId(UUID.fromString(id)));
    }

    @Test
    void isChangedFieldByFieldAndSentToTheHost() {
        assertThat(pools.of(host).egresses()).containsEntry(RANGE, Egress.CLOSED);

        assertThat(patch("{\"egress\": \"masquerade\"}")).hasStatus(200);
        assertThat(pools.of(host).egresses()).containsEntry(RANGE, new Egress(Way.MASQUERADE, false));

        JsonNode changed = api.json(patch("{\"outgoingMail\": true, \"description\": \"Private\"}"));
        assertThat(changed.get("egress").asString()).isEqualTo("masquerade");
        assertThat(changed.get("description").asString()).isEqualTo("Private");
        assertThat(pools.of(host).egresses()).containsEntry(RANGE, new Egress(Way.MASQUERADE, true));

        long before = events();
        assertThat(patch("{\"egress\": \"masquerade\", \"outgoingMail\": true}"))
                .hasStatus(200);
        assertThat(events()).as("nothing is different").isEqualTo(before);
    }

    @Test
    void isNamedIfItIsNone() {
        refuses("/egress", "{\"egress\": \"open\"}");
        refuses("/egress", "{\"egress\": \"\"}");
        refuses("/outgoingMail", "{\"outgoingMail\": \"perhaps\"}");
        refuses("/description", "{\"description\": \"" + "x".repeat(201) + "\"}");
        refuses("/range", "{\"range\": \"172.30.0.0/16\"}");
        MvcTestResult made = api.call(
                OPERATOR, HttpMethod.POST, "/api/v1/pools", "{\"range\": \"172.28.0.0/16\", \"egress\": \"ROUTED\"}");
        assertThat(made).hasStatus(422);
        assertThat(api.json(made).at("/errors/0/pointer").asString()).isEqualTo("/egress");
        assertThat(pools.of(host).egresses()).containsEntry(RANGE, Egress.CLOSED);
        assertThat(api.call(
                        OPERATOR, HttpMethod.PATCH, "/api/v1/pools/" + UUID.randomUUID(), "{\"egress\": \"routed\"}"))
                .hasStatus(404);
        assertThatThrownBy(() -> jdbc.sql("UPDATE address_pool SET egress = 'open' WHERE id = ?::uuid")
                        .param(id)
                        .update())
                .isInstanceOf(DataIntegrityViolationException.class);
    }

    @Test
    void isChosenOnThePageOfThePool() {
        assertThat(text(api.get(OPERATOR, "/pools"))).contains("Nothing (closed)");
        assertThat(post("egress=routed&outgoingMail=true")).hasStatus(302);
        assertThat(pools.of(host).egresses()).containsEntry(RANGE, Egress.OPEN);
        assertThat(text(api.get(OPERATOR, "/pools/" + id)))
                .containsPattern("value=\"routed\" selected")
                .containsPattern("id=\"outgoingMail\"[^>]*checked");
        assertThat(text(api.get(OPERATOR, "/pools"))).contains("with port 25");

        MvcTestResult refused = post("egress=open");
        assertThat(refused).hasStatus(422);
        assertThat(text(refused)).contains("id=\"egress-error\"", "must be routed, masquerade or closed");
        assertThat(post("egress=masquerade")).hasStatus(302);
        assertThat(pools.of(host).egresses()).containsEntry(RANGE, new Egress(Way.MASQUERADE, false));
    }

    private void refuses(String pointer, String body) {
        MvcTestResult refused = patch(body);
        assertThat(refused).as(body).hasStatus(422);
        assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo(pointer);
    }

    private MvcTestResult patch(String body) {
        return api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/pools/" + id, body);
    }

    private MvcTestResult post(String fields) {
        return api.call(OPERATOR, HttpMethod.POST, "/pools/" + id + "/egress?" + fields, "");
    }

    private long events() {
        return jdbc.sql("SELECT (SELECT count(*) FROM audit_event) + (SELECT count(*) FROM unsealed_event)")
                .query(Long.class)
                .single();
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}

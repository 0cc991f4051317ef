package dev.bailiwick.server.jail.view;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** The jails of a reseller with many customers, for which lists are read in another way. */
@ServerTest
class WideReachTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Users users;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void listsAndSearchesTheJailsOfManyCustomersAndOfNobodyElse() {
        HostId host = fixtures.connectedHostWithPool();
        CustomerId reseller = fixtures.customer();
        CustomerId one = fixtures.customer();
        CustomerId another = fixtures.customer();
        jdbc.sql("UPDATE customer SET reseller_id = ? WHERE id IN (?, ?)")
                .params(reseller.value(), one.value(), another.value())
                .update();
        jdbc.sql("""
                        INSERT INTO customer (id, name, created_at, reseller_id)
                        SELECT gen_random_uuid(), 'Wide ' || n || ' ' || :reseller, now(), :reseller FROM generate_series(1, 100) AS n
                        """).param("reseller", reseller.value()).update();
        define(host, one, "quince");
        define(host, another, "pear");
        define(host, fixtures.customer(), "quince");
        Caller owner = users.inSession(users.create(
                                OPERATOR,
                                "w-" + UUID.randomUUID(),
                                "correct horse battery",
                                new Membership.Of(reseller))
                        .id())
                .orElseThrow();

        assertThat(found(owner, "")).containsExactlyInAnyOrder(one + " quince", another + " pear");
        assertThat(found(owner, "?q=quin")).containsExactly(one + " quince");
        assertThat(found(owner, "?q=q")).containsExactly(one + " quince");
        assertThat(found(owner, "?q=nothing")).isEmpty();
        assertThat(found(owner, "?q=quin&customer=" + another)).isEmpty();
        String address =
                jdbc.sql("""
                        SELECT host(a.address) FROM jail_address a JOIN jail j ON j.id = a.jail_id WHERE j.customer_id = ?
                        """).param(another.value()).query(String.class).single();
        assertThat(found(owner, "?q=" + address)).containsExactly(another + " pear");
        assertThat(api.get(owner, "/jails?q=quin"))
                .hasStatusOk()
                .bodyText()
                .contains("quince")
                .doesNotContain(">pear<");
    }

    /** It would read the jails of all customers. */
    @Test
    void seesEverythingOnlyForTextsThatIndexesFind() {
        TextSearch texts = new TextSearch(jdbc);
        Map<String, Object> ofShort = new HashMap<>();
        assertThat(texts.conditionWithin("qu", "true", ofShort)).contains("j.name");
        assertThat(ofShort).doesNotContainKey("matching");
        Map<String, Object> ofLong = new HashMap<>();
        assertThat(texts.conditionWithin("qui", "true", ofLong)).doesNotContain("j.name");
        assertThat(ofLong).containsKey("matching");
    }

    private void define(HostId host, CustomerId customer, String name) {
        jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), named(name)));
    }

    private List<String> found(Caller owner, String query) {
        return api.json(api.get(owner, "/api/v1/jails" + query))
                .at("/items")
                .valueStream()
                .map(WideReachTest::text)
                .toList();
    }

    private static String text(JsonNode jail) {
        return jail.at("/customer").asString() + " " + jail.at("/name").asString();
    }
}

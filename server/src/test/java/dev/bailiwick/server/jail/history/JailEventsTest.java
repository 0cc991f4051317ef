package dev.bailiwick.server.jail.history;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailEvent;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/** The events of a jail, by the API and on its page. */
@ServerTest
class JailEventsTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Audit audit;

    @Autowired
    private TransactionTemplate transactions;

    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private JailId jail = new JailId(UUID.randomUUID());

    @BeforeEach
    void stopAJail() {
        customer = fixtures.customer();
        jail = jails.define(
                        OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(fixtures.connectedHostWithPool()),
                                Optional.empty(),
                                named("web")))
                .id();
        actions.stop(somebodyOf(customer), jail);
        awaitSealed(jdbc);
    }

    @Test
    void listsWhatHappenedTheLatestFirst() {
        assertThat(seenBy(OPERATOR)).containsExactly("jail.stopped", "jail.created");
        assertThat(seenBy(somebodyOf(customer))).containsExactly("jail.stopped", "jail.created");
        assertThat(api.get(somebodyOf(fixtures.customer()), "/api/v1/jails/" + jail + "/events"))
                .hasStatus(404);
    }

    @Test
    void namesWhoDidItToStaffOnly() {
        assertThat(items(OPERATOR).get(1).at("/actor").asString()).isEqualTo(OPERATOR.actor());
        assertThat(items(somebodyOf(customer)).get(1).has("actor")).isFalse();
        String page = "/jails/" + jail + "/activity";
        assertThat(api.get(OPERATOR, page)).bodyText().contains("Stopped", "Created", "by " + OPERATOR.login());
        assertThat(api.get(somebodyOf(customer), page))
                .bodyText()
                .contains("Stopped", "Created")
                .doesNotContain("by " + OPERATOR.login());
    }

    @Test
    void keepsWhatHappenedBeforeAMoveFromTheNextCustomer() {
        CustomerId next = fixtures.customer();

        actions.move(OPERATOR, jail, next);
        awaitSealed(jdbc);

        assertThat(seenBy(somebodyOf(next))).containsExactly("jail.moved");
        assertThat(seenBy(OPERATOR)).contains("jail.moved", "jail.stopped", "jail.created");
    }

    @Test
    void countsOnlyWhatItsCustomerMaySee() {
        CustomerId other = fixtures.customer();
        transactions.executeWithoutResult(_ -> {
            for (int i = 0; i < 200; i++) {
                audit.record(
                        OPERATOR.actor(), Subject.of("jail", jail).visibleTo(other.value()), new JailEvent.Started(3));
            }
        });
        awaitSealed(jdbc);

        assertThat(seenBy(somebodyOf(customer))).containsExactly("jail.stopped", "jail.created");
        assertThat(seenBy(OPERATOR)).hasSize(200).containsOnly("jail.started");
    }

    private List<String> seenBy(Caller caller) {
        return items(caller)
                .valueStream()
                .map(event -> event.get("action").asString())
                .toList();
    }

    private JsonNode items(Caller caller) {
        return api.json(api.get(caller, "/api/v1/jails/" + jail + "/events")).get("items");
    }
}

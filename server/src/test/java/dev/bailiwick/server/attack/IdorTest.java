package dev.bailiwick.server.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.attack.Attempts.Answer;
import dev.bailiwick.server.attack.AuthorizationTable.Over;
import dev.bailiwick.server.attack.AuthorizationTable.Row;
import dev.bailiwick.server.attack.TwoCustomers.Actor;
import dev.bailiwick.server.attack.TwoCustomers.Thing;
import dev.bailiwick.server.attack.TwoCustomers.Which;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.context.WebApplicationContext;

/** The owner of a customer names what belongs to another one: in each part of a path, in queries and in bodies. */
@ServerTest
class IdorTest {

    private static final Pattern VARIABLE = Pattern.compile("\\{[a-z]+}");

    private final Attempts attempts;
    private final TwoCustomers world;
    private final Actor owner;
    private final Caller caller;
    private final Thing own;
    private final Thing foreign;

    @Autowired
    IdorTest(WebApplicationContext context, Users users) {
        attempts = new Attempts(context);
        world = TwoCustomers.Maker.make(context);
        owner = world.actor("owner of the customer");
        caller = users.inSession(owner.user()).orElseThrow();
        own = world.thing(Which.OWN, owner);
        foreign = world.thing(Which.FOREIGN, owner);
    }

    private Answer send(Row row, String address, String body) {
        return attempts.send(Attempts.as(Attempts.of(row, address, body), row, Attempts.fresh(caller), owner.token()));
    }

    /**
     * Each variable of a path, while the other ones are the owner's own. A session of commands is known to its host alone, which looks for it
     * in the jail of the path, and a port is nobody's.
     */
    @Test
    void inEachPartOfAPath() {
        Map<String, String> open = new TreeMap<>();
        int tried = 0;
        for (Row row : AuthorizationTable.all()) {
            if (row.over() == Over.NOTHING) {
                continue;
            }
            List<String> variables = VARIABLE.matcher(row.path())
                    .results()
                    .map(MatchResult::group)
                    .filter(variable -> !Set.of("{session}", "{port}").contains(variable))
                    .toList();
            for (String variable : variables) {
                String path = row.path().replace(variable, idOf(variable, row));
                Row changed = new Row(row.method() + " " + path, row.scopes(), row.right(), row.over(), row.body());
                Answer answer = send(row, Attempts.address(changed, own), own.filled(row.body()));
                tried++;
                if (answer.status() != 404 && answer.status() != 403 || answer.wrote()) {
                    open.put(row.operation() + " " + variable, answer.toString());
                }
            }
        }
        assertThat(tried).isGreaterThan(60);
        assertThat(open).isEmpty();
    }

    private String idOf(String variable, Row row) {
        return variable.equals("{id}") ? foreign.id(row.path()) : foreign.filled(variable);
    }

    @Test
    void inQueries() {
        for (String query : List.of(
                "/api/v1/jails?customer={customer}",
                "/api/v1/jails?cursor={jail}",
                "/api/v1/jails?q={jail}",
                "/api/v1/jails?q={customer}",
                "/api/v1/removed-jails?customer={customer}",
                "/api/v1/removed-jails",
                "/api/v1/kept-files?customer={customer}",
                "/api/v1/kept-files",
                "/jails?customer={customer}",
                "/jails?from={jail}",
                "/jails?q={jail}",
                "/jails?removed=true",
                "/kept-files?host={host}")) {
            Row row = new Row("GET " + query, Set.of(), Optional.empty(), Over.OWN, "");
            Answer answer = send(row, foreign.filled(query), "");
            assertThat(answer.status()).as(query).isLessThan(500);
            // What was asked for may be repeated by a page.
            assertThat(answer.text().replace(foreign.filled(query), ""))
                    .as(query)
                    .doesNotContain(
                            "/jails/" + foreign.jail(),
                            "\"id\":\"" + foreign.jail(),
                            foreign.removed().toString());
        }
    }

    @Test
    void inBodies() {
        String grant = "{\"role\": \"colleague\", \"jails\": [{\"jail\": \"" + foreign.jail() + "\"}]}";
        String member = "/api/v1/customers/" + own.customer() + "/members/" + own.user();
        Row put = new Row("PUT " + member, Set.of(), Optional.empty(), Over.CUSTOMER, grant);
        assertThat(send(put, member, grant))
                .extracting(Answer::status, Answer::wrote)
                .containsExactly(422, false);

        String lines = "{\"id\": \"" + foreign.jail() + "\", \"action\": \"stop\"}\n{\"id\": \"" + own.jail()
                + "\", \"action\": \"stop\"}";
        Row batch = new Row("POST /api/v1/jails:batch", Set.of(), Optional.empty(), Over.LINE, lines);
        assertThat(send(batch, batch.path(), lines).status()).as("all or none").isEqualTo(422);

        String jail = "/api/v1/jails/" + own.jail();
        for (String body :
                List.of("{\"customer\": \"" + foreign.customer() + "\"}", "{\"host\": \"" + foreign.host() + "\"}")) {
            Row patch = new Row("PATCH " + jail, Set.of(), Optional.empty(), Over.JAIL, body);
            Answer answer = send(patch, jail, body);
            assertThat(answer.status()).as(body).isLessThan(500);
            assertThat(answer.wrote()).as(body).isFalse();
        }
    }
}

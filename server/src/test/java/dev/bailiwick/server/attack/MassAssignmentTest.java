package dev.bailiwick.server.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.attack.Attempts.Answer;
import dev.bailiwick.server.attack.AuthorizationTable.Row;
import dev.bailiwick.server.attack.TwoCustomers.Actor;
import dev.bailiwick.server.attack.TwoCustomers.Thing;
import dev.bailiwick.server.attack.TwoCustomers.Which;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.context.WebApplicationContext;

/** Somebody adds fields to a body that the operation does not offer, as a client of another operation would know them. */
@ServerTest
class MassAssignmentTest {

    private static final List<String> FIELDS = List.of(
            "id",
            "role",
            "customer",
            "customers",
            "user",
            "scopes",
            "rights",
            "access",
            "accessVersion",
            "createdAt",
            "disabledAt",
            "retiredAt",
            "revokedAt",
            "generation",
            "passwordHash",
            "password_hash",
            "__proto__",
            "class");

    private final Attempts attempts;
    private final Users users;
    private final Actor owner;
    private final Thing own;

    @Autowired
    MassAssignmentTest(WebApplicationContext context, Users users) {
        this.attempts = new Attempts(context);
        this.users = users;
        TwoCustomers world = TwoCustomers.Maker.make(context);
        // Nothing but the field can be wrong with a request of the owner of the installation.
        owner = world.actor("owner");
        own = world.thing(Which.OWN, owner);
    }

    private Answer send(Row row, String body) {
        return attempts.send(Attempts.as(
                Attempts.of(row, Attempts.address(row, own), body),
                row,
                users.inSession(owner.user()).orElseThrow(),
                owner.token()));
    }

    @Test
    void inEveryBody() {
        Map<String, String> open = new TreeMap<>();
        int tried = 0;
        for (Row row : AuthorizationTable.api()) {
            String body = own.filled(row.body());
            for (String field : body.isEmpty() ? List.<String>of() : FIELDS) {
                if (!body.contains("\"" + field + "\"") && !offered(row, field)) {
                    String more = "{\"" + field + "\": \"owner\"" + (body.equals("{}") ? "" : ", ") + body.substring(1);
                    Answer answer = send(row, more);
                    tried++;
                    if (answer.wrote()
                            || answer.status() >= 500
                            || !answer.text().contains("/" + field)) {
                        open.put(row.operation() + " " + field, answer.toString());
                    }
                }
            }
        }
        assertThat(tried).isGreaterThan(300);
        assertThat(open).isEmpty();
    }

    /** What these operations do offer. */
    private static boolean offered(Row row, String field) {
        return switch (row.operation()) {
            case "POST /api/v1/users" -> field.equals("customer");
            case "PUT /api/v1/hosts/{host}/differences/{jail}" -> field.equals("customer");
            case "POST /api/v1/jails", "POST /api/v1/jails:run", "POST /api/v1/jails/{id}/exec" -> field.equals("user");
            case "PUT /api/v1/jails/{id}" -> field.equals("customer") || field.equals("user");
            case "PATCH /api/v1/jails/{id}" ->
                List.of("customer", "generation", "user").contains(field);
            default -> false;
        };
    }
}

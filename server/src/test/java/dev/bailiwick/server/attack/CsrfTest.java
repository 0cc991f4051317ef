package dev.bailiwick.server.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;

import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.attack.Attempts.Answer;
import dev.bailiwick.server.attack.AuthorizationTable.Over;
import dev.bailiwick.server.attack.AuthorizationTable.Row;
import dev.bailiwick.server.attack.TwoCustomers.Actor;
import dev.bailiwick.server.attack.TwoCustomers.Thing;
import dev.bailiwick.server.attack.TwoCustomers.Which;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.web.context.WebApplicationContext;

/** Another site lets the browser of an owner of the installation send each form, without a token or with a wrong one. */
@ServerTest
class CsrfTest {

    private final Attempts attempts;
    private final Users users;
    private final Actor owner;
    private final Thing own;

    @Autowired
    CsrfTest(WebApplicationContext context, Users users) {
        this.attempts = new Attempts(context);
        this.users = users;
        TwoCustomers world = TwoCustomers.Maker.make(context);
        owner = world.actor("owner");
        own = world.thing(Which.OWN, owner);
    }

    private MockHttpServletRequestBuilder forged(Row row) {
        return Attempts.forged(
                Attempts.of(row, own), row, users.inSession(owner.user()).orElseThrow(), owner.token());
    }

    @Test
    void withEveryForm() {
        Map<String, String> open = new TreeMap<>();
        List<Row> forms = AuthorizationTable.pages().stream()
                .filter(row -> row.method().equals("POST") && row.over() != Over.NOTHING)
                .toList();
        for (Row row : forms) {
            Map<String, MockHttpServletRequestBuilder> requests = Map.of(
                    "without a token", forged(row),
                    "with a wrong token", forged(row).with(csrf().useInvalidToken()),
                    "from another site", forged(row).header("Sec-Fetch-Site", "cross-site"),
                    "from another origin", forged(row).header("Origin", "https://evil.example"));
            requests.forEach((how, request) -> {
                Answer answer = attempts.send(request);
                if (answer.status() != 403 || answer.wrote()) {
                    open.put(row.operation() + " " + how, answer.toString());
                }
            });
        }
        assertThat(forms).hasSizeGreaterThan(20);
        assertThat(open).isEmpty();
    }
}

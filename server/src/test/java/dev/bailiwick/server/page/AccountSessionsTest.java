package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The sessions on the account page: users see their own, and end them. */
@WebTest
class AccountSessionsTest {

    private static final String PASSWORD = "correct horse battery";
    private static final Pattern KEY = Pattern.compile("name=\"session\" value=\"([0-9a-f]{32})\"");

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private Fleet.Fixtures fixtures;

    private String login = "";

    @BeforeEach
    void somebody() {
        login = somebodyNew();
    }

    private String somebodyNew() {
        return users.create(Fleet.OPERATOR, "a-" + UUID.randomUUID(), PASSWORD, new Membership.Of(fixtures.customer()))
                .login();
    }

    private Visitor signedIn(String who) throws Exception {
        Visitor visitor = new Visitor(port);
        visitor.get("/sign-in");
        visitor.signIn(who, PASSWORD);
        assertThat(visitor.get("/account").statusCode()).isEqualTo(200);
        return visitor;
    }

    private static String key(Visitor visitor) throws Exception {
        Matcher key = KEY.matcher(visitor.get("/account").body());
        assertThat(key.find()).isTrue();
        return key.group(1);
    }

    @Test
    void endsOneSession() throws Exception {
        Visitor here = signedIn(login);
        Visitor there = signedIn(login);
        assertThat(here.get("/account").body()).contains("127.0.0.1", "This one", "Java-http-client");

        here.send("/account", "/account/sessions/end", Map.of("session", key(here)));

        assertThat(there.get("/account").statusCode()).isEqualTo(302);
        assertThat(here.get("/account").statusCode()).isEqualTo(200);
    }

    @Test
    void endsAllOthers() throws Exception {
        Visitor here = signedIn(login);
        Visitor there = signedIn(login);
        Visitor elsewhere = signedIn(login);

        here.send("/account", "/account/sessions/end-others", Map.of());

        assertThat(there.get("/account").statusCode()).isEqualTo(302);
        assertThat(elsewhere.get("/account").statusCode()).isEqualTo(302);
        assertThat(here.get("/account").statusCode()).isEqualTo(200);
    }

    @Test
    void endsNoSessionOfAnother() throws Exception {
        Visitor mine = signedIn(login);
        Visitor alsoMine = signedIn(login);
        String key = key(mine);
        Visitor other = signedIn(somebodyNew());

        other.send("/account", "/account/sessions/end", Map.of("session", key));

        assertThat(alsoMine.get("/account").statusCode()).isEqualTo(200);
    }
}

package dev.bailiwick.server.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.session.SessionRepository;

/** Attacks on the way in: on sessions, on what sign-in says about users, on where it leads, and on headers. */
@WebTest
class SignInAttacksTest {

    private static final String SESSION = "__Host-session";
    private static final String PASSWORD = "correct horse battery";

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    private User victim;

    @BeforeEach
    void aVictim() {
        victim = user();
    }

    private User user() {
        return users.create(Fleet.OPERATOR, "v-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OPERATOR));
    }

    @Test
    void sessionFixation() throws Exception {
        User attacker = user();
        Visitor theirs = new Visitor(port);
        theirs.signIn(sessions, key, attacker);
        String known = String.valueOf(theirs.cookies().get(SESSION));
        Visitor browser = new Visitor(port);
        browser.cookies().put(SESSION, known);

        assertThat(browser.signIn(victim.login(), PASSWORD).statusCode()).isEqualTo(302);

        assertThat(browser.cookies().get(SESSION)).isNotNull().isNotEqualTo(known);
        assertThat(browser.get("/account").body()).contains(victim.login());
        assertThat(theirs.get("/account").body()).doesNotContain(victim.login());
    }

    @Test
    void userEnumeration() throws Exception {
        User disabled = user();
        users.disable(Fleet.OPERATOR, disabled.id());
        String nobody = "v-" + UUID.randomUUID();
        List<String> answers = new ArrayList<>();
        for (String login : List.of(victim.login(), disabled.login(), nobody)) {
            Visitor stranger = new Visitor(port);
            HttpResponse<String> answer = stranger.signIn(login, "not the password");
            answers.add(answer.statusCode() + " " + answer.headers().map().keySet() + " "
                    + answer.body().replace(login, "LOGIN").replaceAll("value=\"[^\"]{40,}\"", "value=\"TOKEN\""));
        }
        assertThat(answers).allMatch(answers.getFirst()::equals);
    }

    @Test
    @Tag("performance")
    void userEnumerationByTime() {
        User disabled = user();
        users.disable(Fleet.OPERATOR, disabled.id());
        List<Long> known = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        List<Long> gone = new ArrayList<>();
        for (int i = 0; i < 41; i++) {
            known.add(nanos(victim.login()));
            unknown.add(nanos("v-" + UUID.randomUUID()));
            gone.add(nanos(disabled.login()));
        }
        assertThat((double) median(unknown) / median(known)).isBetween(0.8, 1.25);
        assertThat((double) median(gone) / median(known)).isBetween(0.8, 1.25);
    }

    private long nanos(String login) {
        long began = System.nanoTime();
        assertThatThrownBy(() -> users.signIn(login, "not the password")).isNotNull();
        return System.nanoTime() - began;
    }

    private static long median(List<Long> times) {
        Collections.sort(times);
        return times.get(times.size() / 2);
    }

    @Test
    void openRedirect() throws Exception {
        for (String path : List.of(
                "//evil.example/jails",
                "/%2f%2fevil.example/jails",
                "/%5Cevil.example",
                "/jails?next=//evil.example",
                "/sign-in?next=https://evil.example&continue=https://evil.example&redirect=//evil.example")) {
            Visitor browser = new Visitor(port);
            HttpResponse<String> sent = browser.get(path);
            assertLocal(path, sent);
        }
        Visitor browser = new Visitor(port);
        browser.get("//evil.example/jails");
        assertLocal("after sign-in", browser.signIn(victim.login(), PASSWORD));
    }

    private void assertLocal(String what, HttpResponse<String> answer) {
        String to = answer.headers().firstValue("Location").orElse("/");
        URI target = URI.create("http://127.0.0.1:" + port).resolve(to);
        assertThat(target.getAuthority()).as(what + " leads to " + to).isEqualTo("127.0.0.1:" + port);
        assertThat(target.getPath()).as(what).doesNotStartWith("//").doesNotStartWith("/\\");
    }

    @Test
    void headerInjection() throws Exception {
        String line = "%0d%0aX-Attack:%20yes";
        Visitor browser = new Visitor(port);
        browser.signIn(sessions, key, victim);
        for (String path : List.of(
                "/jails/" + line,
                "/jails?q=" + line,
                "/sign-in/link/" + line,
                "/hosts/" + line,
                "/kept-files?host=" + line,
                "/no-such-page" + line)) {
            assertUnchanged(path, browser.get(path));
            assertUnchanged(path, new Visitor(port).get(path));
        }
        for (String path : List.of("/jails/" + line + "/start", "/sign-in/link/" + line)) {
            assertUnchanged(path, browser.send("/account", path, Map.of("replaced", "x\r\nX-Attack: yes")));
        }
        assertUnchanged("login", new Visitor(port).signIn("a\r\nX-Attack: yes", "b\r\nX-Attack: yes"));
        HttpRequest.Builder api =
                new Visitor(port).request("/api/v1/jails/" + line).header("Authorization", "Bearer bw_nothing");
        assertUnchanged("/api", browser.send(api));
    }

    private static void assertUnchanged(String what, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(what).isLessThan(500);
        assertThat(answer.headers().map())
                .as(what)
                .doesNotContainKey("X-Attack")
                .doesNotContainKey("x-attack");
    }
}

package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.bounds.Bound;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionOperations;

/** Links for people who have forgotten their password, and attacks with them. */
class ForgottenPasswordTest extends WithMail {

    private static final String PATH = "/sign-in/forgotten";
    private static final String OTHER = "another long password";
    private static final String ANSWER = "/sign-in?mailSent";

    @Autowired
    private SecondFactors factors;

    @Autowired
    private TransactionOperations transactions;

    @BeforeEach
    void withAnAddress() {
        confirmed(user, address);
    }

    @Test
    void setsThePasswordOnceAndEndsSessions() throws Exception {
        Visitor signedIn = signedIn();
        assertThat(visitor().get("/sign-in").body()).contains(PATH);
        ask(user.login());
        var mail = received(address, 1).getFirst();
        assertThat(text(mail)).contains(user.login());
        String link = link(mail);
        assertThat(set(link, "too short", "").body()).contains("12 to 200 characters");
        assertThat(location(set(link, OTHER, ""))).endsWith("/sign-in?passwordSet");

        users.signIn(user.login(), OTHER);
        assertThat(signedIn.get("/jails").statusCode()).isEqualTo(302);
        assertThat(location(set(link, PASSWORD, ""))).endsWith("/sign-in?usedReset");
        assertThat(events(user)).contains("user.password-mail-requested", "user.password-changed");
    }

    @Test
    void knowsTheUserByTheAddressInAnyCase() throws Exception {
        User second = somebody();
        confirmed(second, address);
        ask(" " + address.toUpperCase(Locale.ROOT));
        var both = received(address, 2);
        assertThat(List.of(text(both.get(0)), text(both.get(1))))
                .anyMatch(text -> text.contains(user.login()))
                .anyMatch(text -> text.contains(second.login()));
    }

    @Test
    void asksForTheSecondFactorAsWell() throws Exception {
        Authenticator phone = Authenticator.with(factors.begin(caller).key());
        factors.confirm(caller, phone.code(-1));
        String later = "later-" + address;
        confirmed(user, later);
        ask(user.login());
        String link = link(received(later, 1).getFirst());
        assertThat(set(link, OTHER, "").body()).contains("is not right, or was used before");
        users.signIn(user.login(), PASSWORD);
        assertThat(location(set(link, OTHER, phone.code(0)))).endsWith("/sign-in?passwordSet");
    }

    /** Whoever has no confirmed address, no password or no access here gets nothing. */
    @Test
    void sendsToNobodyElse() throws Exception {
        User without = somebody();
        jdbc.sql("""
                        INSERT INTO email_confirmation (user_id, email, hash, created_at, expires_at)
                        VALUES (?, ?, ?, now(), now() + interval '1 day')
                        """)
                .params(without.id().value(), "unconfirmed-" + address, new byte[32])
                .update();
        User disabled = somebody();
        confirmed(disabled, "disabled-" + address);
        users.disable(Fleet.OPERATOR, disabled.id());
        User federated =
                users.create(Fleet.OPERATOR, "p-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.SUPPORT));
        confirmed(federated, "provider-" + address);
        jdbc.sql("UPDATE app_user SET password_hash = NULL WHERE id = ?")
                .param(federated.id().value())
                .update();
        for (String name : List.of(without.login(), "unconfirmed-" + address, disabled.login(), federated.login())) {
            ask(name);
        }
        visitorFromElsewhere().send(PATH, PATH, Map.of("name", user.login()));
        received(address, 1);
        assertThat(jdbc.sql("SELECT count(*) FROM mail WHERE recipient LIKE ?")
                        .param("%-" + address)
                        .query(Integer.class)
                        .single())
                .as("the notes are read in order, and the last one was")
                .isZero();
        jdbc.sql("DELETE FROM email_confirmation WHERE user_id = ?")
                .param(without.id().value())
                .update();
    }

    /** They sign in at a provider, and have confirmed the address here. */
    @Test
    void sendsToUsersOfCustomersWithoutAPassword() throws Exception {
        jdbc.sql("UPDATE app_user SET password_hash = NULL WHERE id = ?")
                .param(user.id().value())
                .update();
        visitorFromElsewhere().send(PATH, PATH, Map.of("name", user.login()));
        received(address, 1);
    }

    @Test
    void answersTheSameToEverybody() throws Exception {
        List<String> answers = new ArrayList<>();
        for (String name : List.of(user.login(), address, "nobody-" + address, "'; DROP TABLE mail", "")) {
            HttpResponse<String> answer = visitorFromElsewhere().send(PATH, PATH, Map.of("name", name));
            answers.add(answer.statusCode() + " " + location(answer) + " "
                    + answer.headers().map().keySet() + answer.body());
        }
        assertThat(answers).allMatch(answers.getFirst()::equals);
        assertThat(visitor().get(ANSWER).body()).contains("If a user with a confirmed address");
    }

    /** Enumeration by time: the answer comes although nobody can look for the user. */
    @Test
    void answersBeforeItLooksForTheUser() throws Exception {
        Visitor first = visitor();
        Visitor second = visitor();
        transactions.executeWithoutResult(status -> {
            jdbc.sql("LOCK TABLE app_user IN ACCESS EXCLUSIVE MODE").update();
            assertThat(asked(first, user.login())).endsWith(ANSWER);
            assertThat(asked(second, "nobody-" + address)).endsWith(ANSWER);
            assertThat(inbox(address)).isEmpty();
        });
        received(address, 1);
    }

    @Test
    @Tag("performance")
    void userEnumerationByTime() throws Exception {
        List<Long> known = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        for (int i = 0; i < 41; i++) {
            known.add(nanos(user.login()));
            unknown.add(nanos("nobody-" + UUID.randomUUID()));
        }
        assertThat((double) median(unknown) / median(known)).isBetween(0.8, 1.25);
    }

    /** Flooding somebody with mail, and keeping them out by voiding each of their links. */
    @Test
    void mailsOfAUserAreBoundedAndTheLastLinkHolds() throws Exception {
        int bound = Bound.PASSWORD_MAILS_OF_A_USER.value();
        String issued = issued();
        for (int i = 1; i <= bound; i++) {
            ask(user.login());
            received(address, i);
        }
        User next = somebody();
        confirmed(next, "next-" + address);
        for (String name : List.of(user.login(), user.login(), next.login())) {
            assertThat(location(visitorFromElsewhere().send(PATH, PATH, Map.of("name", name))))
                    .endsWith(ANSWER);
        }
        received("next-" + address, 1);
        assertThat(inbox(address)).hasSize(bound);
        assertThat(visitor().get(issued).statusCode()).as("one that was issued").isEqualTo(200);
        assertThat(location(visitor().get(link(inbox(address).getFirst())))).endsWith("/sign-in?usedReset");
        assertThat(location(set(link(inbox(address).get(bound - 1)), OTHER, "")))
                .endsWith("/sign-in?passwordSet");
        assertThat(location(visitor().get(issued))).endsWith("/sign-in?usedReset");
    }

    @Test
    void requestsOfAnAddressAreBoundedAndSignInIsNot() throws Exception {
        for (int i = 0; i < 5; i++) {
            ask("nobody-" + i);
        }
        HttpResponse<String> answer = visitor().send(PATH, PATH, Map.of("name", user.login()));
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).contains("Too many attempts");
        assertThat(location(visitor().signIn(user.login(), PASSWORD))).endsWith("/jails");
        assertThat(location(visitorFromElsewhere().send(PATH, PATH, Map.of("name", user.login()))))
                .endsWith(ANSWER);
    }

    @Test
    void endsWithTheAddressAndWithTime() throws Exception {
        ask(user.login());
        String link = link(received(address, 1).getFirst());
        jdbc.sql("UPDATE app_user SET email = NULL WHERE id = ?")
                .param(user.id().value())
                .update();
        assertThat(location(set(link, OTHER, ""))).endsWith("/sign-in?usedReset");

        confirmed(user, address);
        ask(user.login());
        String second = link(received(address, 2).get(1));
        Duration left = jdbc.sql("SELECT extract(epoch FROM expires_at - now())::bigint FROM password_reset "
                        + "WHERE user_id = ? AND issuer IS NULL")
                .param(user.id().value())
                .query((row, _) -> Duration.ofSeconds(row.getLong(1)))
                .single();
        assertThat(left).isBetween(Duration.ofMinutes(55), Duration.ofHours(1));
        jdbc.sql("UPDATE password_reset SET created_at = now() - interval '2 h', expires_at = now() - interval '1 s' "
                        + "WHERE user_id = ?")
                .param(user.id().value())
                .update();
        assertThat(location(visitor().get(second))).endsWith("/sign-in?usedReset");
    }

    private void ask(String name) throws Exception {
        assertThat(asked(visitor(), name)).endsWith(ANSWER);
    }

    private static String asked(Visitor visitor, String name) {
        try {
            return location(visitor.send(PATH, PATH, Map.of("name", name)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Visitor visitorFromElsewhere() {
        return Visitor.from(Visitor.anyAddress(), port);
    }

    private long nanos(String name) throws Exception {
        Visitor visitor = visitorFromElsewhere();
        visitor.get(PATH);
        long began = System.nanoTime();
        visitor.send(PATH, PATH, Map.of("name", name));
        return System.nanoTime() - began;
    }

    private static long median(List<Long> times) {
        Collections.sort(times);
        return times.get(times.size() / 2);
    }

    /** Returns a link that an owner of the installation has issued. */
    private String issued() throws Exception {
        User owner = users.create(Fleet.OPERATOR, "o-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        String token = tokens.issue(
                        users.inSession(owner.id()).orElseThrow(), new TokenRequest("t", Role.OWNER.scopes(), null))
                .secret();
        Visitor program = visitor();
        HttpResponse<String> answer = program.send(program.request("/api/v1/users/" + user.id() + "/password-reset")
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.noBody()));
        return json.readTree(answer.body()).get("link").asString();
    }

    private HttpResponse<String> set(String link, String password, String code) throws Exception {
        return visitor().send("/sign-in", link, Map.of("password", password, "repeated", password, "code", code));
    }
}

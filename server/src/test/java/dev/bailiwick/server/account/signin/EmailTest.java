package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.bounds.Bound;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Addresses that users set and confirm, and attacks with them. */
class EmailTest extends WithMail {

    private static final String PATH = "/api/v1/email";

    @Autowired
    private SecondFactors factors;

    /** Each call has a token of its own. */
    @BeforeEach
    void withoutLettersAboutTokens() {
        jdbc.sql("UPDATE app_user SET notices_off = '{token}' WHERE id = ?")
                .param(user.id().value())
                .update();
    }

    @Test
    void countsOnceItsLinkWasFollowed() throws Exception {
        HttpResponse<String> answer = set(address, PASSWORD);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        var mail = received(address, 1).getFirst();
        assertThat(text(mail)).contains(user.login());
        assertThat(read(PATH).has("address")).isFalse();
        assertThat(read(PATH).at("/unconfirmed/address").asString()).isEqualTo(address);

        String link = link(mail);
        assertThat(visitor().get(link).body()).contains(user.login()).contains(address);
        assertThat(read(PATH).has("address")).as("looking confirms nothing").isFalse();
        assertThat(location(visitor().send(link, link, Map.of()))).endsWith("/sign-in?emailConfirmed");

        assertThat(read(PATH).get("address").asString()).isEqualTo(address);
        assertThat(read(PATH).has("unconfirmed")).isFalse();
        assertThat(location(visitor().get(link))).endsWith("/sign-in?usedEmail");
        assertThat(location(visitor().send("/sign-in", link, Map.of()))).endsWith("/sign-in?usedEmail");
        assertThat(events(user)).contains("user.email-requested", "user.email-confirmed");
    }

    @Test
    void theAddressBeforeGetsANoticeOfTheChangeAndOfTheRemoval() throws Exception {
        String before = "before-" + address;
        confirmed(user, before);
        set(address, PASSWORD);
        String link = link(received(address, 1).getFirst());
        assertThat(read(PATH).get("address").asString()).as("until then").isEqualTo(before);
        visitor().send(link, link, Map.of());
        assertThat(text(received(before, 1).getFirst()))
                .contains(user.login())
                .contains("Your mail goes to another address")
                .doesNotContain(address + ".")
                .doesNotContain("to " + address);

        assertThat(call("POST", PATH + "/remove", "{\"password\": \"" + PASSWORD + "\"}")
                        .statusCode())
                .isEqualTo(204);
        assertThat(text(received(address, 2).get(1))).contains("Your address was removed");
        assertThat(read(PATH).has("address")).isFalse();
        assertThat(events(user)).contains("user.email-removed");
    }

    /** A stolen token alone must not lead mail, and with it new passwords, elsewhere. */
    @Test
    void needsThePasswordAndTheSecondFactor() throws Exception {
        assertThat(set(address, "not the password").body()).contains("/password");
        assertThat(call("POST", PATH + "/remove", "{\"password\": \"x\"}").statusCode())
                .isEqualTo(422);
        Authenticator phone = Authenticator.with(factors.begin(caller).key());
        factors.confirm(caller, phone.code(-1));
        assertThat(set(address, PASSWORD).body()).contains("/code");
        assertThat(read(PATH).has("unconfirmed")).isFalse();
        assertThat(call(
                                "PUT",
                                PATH,
                                "{\"address\": \"%s\", \"password\": \"%s\", \"code\": \"%s\"}"
                                        .formatted(address, PASSWORD, phone.code(0)))
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void thePageAsksForConfirmationOfAnOldSession() throws Exception {
        Visitor visitor = visitor();
        visitor.signIn(sessions, key, user, "password=" + (System.currentTimeMillis() / 1000 - 601));
        HttpResponse<String> asked = visitor.send("/account", "/account/email", Map.of("address", address));
        assertThat(asked.statusCode()).isEqualTo(403);
        assertThat(asked.body()).contains("name=\"current\"");
        assertThat(visitor.send("/account", "/account/email/remove", Map.of()).statusCode())
                .isEqualTo(403);

        Visitor recent = signedIn();
        assertThat(recent.send("/account/email", "/account/email", Map.of("address", "nobody"))
                        .body())
                .contains("must be an e-mail address");
        assertThat(location(recent.send("/account/email", "/account/email", Map.of("address", address))))
                .endsWith("/account/email");
        assertThat(recent.get("/account/email").body()).contains("A link was sent to " + address);
        String link = link(received(address, 1).getFirst());
        recent.send(link, link, Map.of());
        assertThat(recent.get("/account").body()).contains("You get mail at " + address);
        recent.send("/account/email", "/account/email/remove", Map.of());
        assertThat(recent.get("/account").body()).contains("so you get no mail");
    }

    @Test
    void waitsIfTheMailsOfTheCustomerAreUsedUp() throws Exception {
        jdbc.sql("""
                        INSERT INTO mail (id, kind, subject_id, customer_id, recipient, created_at, expires_at, state, changed_at, attempts)
                        SELECT gen_random_uuid(), 'invitation', gen_random_uuid(), ?, 'x@example.com', now(), now() + interval '1 day',
                            'sent', now(), 1 FROM generate_series(1, ?)
                        """)
                .params(caller.payer().orElseThrow().value(), Bound.MAILS_OF_A_CUSTOMER.value())
                .update();
        HttpResponse<String> answer = set(address, PASSWORD);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).contains("24 hours for a customer. Try again later\"");
        assertThat(read(PATH).has("unconfirmed")).isFalse();
    }

    @Test
    void expiresIsReplacedAndEndsWithThePassword() throws Exception {
        set("first-" + address, PASSWORD);
        String first = link(received("first-" + address, 1).getFirst());
        set(address, PASSWORD);
        String second = link(received(address, 1).getFirst());
        assertThat(location(visitor().get(first))).endsWith("/sign-in?usedEmail");
        assertThat(stored()).noneMatch(row -> row.contains(secret(second)));
        assertThat(jdbc.sql("SELECT hash FROM email_confirmation WHERE user_id = ?")
                        .param(user.id().value())
                        .query(byte[].class)
                        .single())
                .isEqualTo(new Secret(secret(second)).hash());

        jdbc.sql(
                        "UPDATE email_confirmation SET created_at = now() - interval '25 h', expires_at = now() - interval '1 s' "
                                + "WHERE user_id = ?")
                .param(user.id().value())
                .update();
        assertThat(location(visitor().get(second))).endsWith("/sign-in?usedEmail");

        set(address, PASSWORD);
        String third = link(received(address, 2).get(1));
        jdbc.sql("UPDATE app_user SET password_hash = 'another' WHERE id = ?")
                .param(user.id().value())
                .update();
        assertThat(location(visitor().send("/sign-in", third, Map.of()))).endsWith("/sign-in?usedEmail");
    }

    /** Mail that waited for its server must not bring the link of a later address to an earlier one. */
    @Test
    void eachLinkGoesToItsOwnAddress() throws Exception {
        String wrong = "wrong-" + address;
        stopMail();
        set(wrong, PASSWORD);
        set(address, PASSWORD);
        startMail();
        // An attempt that failed while there was no server may put off the next one at any time.
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            jdbc.sql("UPDATE mail SET next_attempt_at = now() WHERE recipient IN (?, ?) AND next_attempt_at > now()")
                    .params(wrong, address)
                    .update();
            return !inbox(address).isEmpty();
        });
        assertThat(link(received(address, 1).getFirst())).isNotEmpty();
        awaitSent(wrong);
        assertThat(inbox(wrong)).isEmpty();
    }

    /** Enumeration: whoever asks for an address learns nothing about who has it. */
    @Test
    void severalMayHaveTheSameAddressAndNoAnswerSaysSo() throws Exception {
        User other = somebody();
        String shared = "shared-" + address;
        confirmed(other, shared);
        String known = set(shared, PASSWORD).body().replace(shared, "ADDRESS");
        String unknown = set(address, PASSWORD).body().replace(address, "ADDRESS");
        assertThat(known.replaceAll("\\d{4}-[^\"]+", "TIME")).isEqualTo(unknown.replaceAll("\\d{4}-[^\"]+", "TIME"));
        set(shared, PASSWORD);
        String link = link(received(shared, 2).get(1));
        assertThat(location(visitor().send(link, link, Map.of()))).endsWith("/sign-in?emailConfirmed");
        assertThat(read(PATH).get("address").asString()).isEqualTo(shared);
    }

    @Test
    void thePageSaysIfTheLinkWasRejectedForGood() throws Exception {
        stopMail();
        set(address, PASSWORD);
        jdbc.sql(
                        "UPDATE mail SET state = 'failed', error = '550 no such user', next_attempt_at = NULL WHERE recipient = ?")
                .param(address)
                .update();
        startMail();
        assertThat(signedIn().get("/account/email").body())
                .contains("No link could be sent to " + address + ": 550 no such user")
                .doesNotContain("A link was sent to", "The address that you have now");
    }

    /** Mail abuse: nobody has the panel write to strangers as often as they like. */
    @Test
    void confirmationsOfAUserAreBounded() throws Exception {
        jdbc.sql("""
                        INSERT INTO mail (id, kind, subject_id, recipient, created_at, expires_at, state, changed_at, attempts)
                        SELECT gen_random_uuid(), 'email-confirmation', ?, 'x@example.com', now(), now() + interval '1 day', 'sent',
                            now(), 1 FROM generate_series(1, ?)
                        """)
                .params(user.id().value(), Bound.EMAIL_CONFIRMATIONS_OF_A_USER.value())
                .update();
        assertThat(set(address, PASSWORD).statusCode()).isEqualTo(429);
        assertThat(read(PATH).has("unconfirmed")).isFalse();
    }

    private HttpResponse<String> set(String to, String password) throws Exception {
        return call("PUT", PATH, "{\"address\": \"%s\", \"password\": \"%s\"}".formatted(to, password));
    }

    private List<String> stored() {
        return jdbc.sql("SELECT mail::text FROM mail WHERE recipient = ? UNION ALL SELECT email_confirmation::text "
                        + "FROM email_confirmation WHERE email = ?")
                .params(address, address)
                .query((row, _) -> row.getString(1))
                .list();
    }

    private static String secret(String link) {
        return link.substring(link.lastIndexOf('/') + 1);
    }
}

package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.notice.Notice;
import dev.bailiwick.server.account.notice.Notices;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.bounds.Bound;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionOperations;

/** Letters about changes of an account: each comes once, and none keeps a change unseen. */
class NoticesTest extends WithMail {

    private static final String OTHER = "another long password";
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ada@laptop";

    @Autowired
    private SecondFactors factors;

    @Autowired
    private Notices notices;

    @Autowired
    private TransactionOperations transactions;

    @BeforeEach
    void withAnAddress() {
        confirmed(user, address);
    }

    @Test
    void aNewDeviceIsReportedOnce() throws Exception {
        Visitor browser = visitor();
        browser.signIn(user.login(), PASSWORD);
        MimeMessage letter = received(address, 1).getFirst();
        assertThat(letter.getSubject()).isEqualTo("You signed in with a new device");
        assertThat(text(letter)).contains(user.login()).contains("Details: 127.");
        browser.signIn(user.login(), PASSWORD);
        visitor().signIn(user.login(), "not the password");
        assertSubjects("You signed in with a new device");
        visitor().signIn(user.login(), PASSWORD);
        received(address, 2);
    }

    @Test
    void aLinkInANewBrowserIsANewDevice() throws Exception {
        String link = json.readTree(
                        call("POST", "/api/v1/tokens/sign-in-link", "").body())
                .get("link")
                .asString();
        visitor().send(link, link, Map.of());
        assertSubjects("An API token was created", "You signed in with a new device");
    }

    @Test
    void passwordSecondFactorAndRecoveryCodes() throws Exception {
        Authenticator phone = Authenticator.with(factors.begin(caller).key());
        factors.confirm(caller, phone.code(-1));
        factors.renewRecoveryCodes(caller);
        factors.remove(Fleet.OPERATOR, user.id());
        assertThat(signedIn()
                        .send(
                                "/account",
                                "/account/password",
                                Map.of("current", PASSWORD, "password", OTHER, "repeated", OTHER))
                        .statusCode())
                .isEqualTo(302);
        assertSubjects(
                "A second factor was set up",
                "Your recovery codes were replaced",
                "Your second factor was removed",
                "Your password was changed");
    }

    @Test
    void tokensAndKeysUnlessTheyAreTurnedOff() throws Exception {
        String id = json.readTree(call("POST", "/api/v1/tokens", "{\"name\": \"deploy\", \"scopes\": [\"jails:read\"]}")
                        .body())
                .get("id")
                .asString();
        assertThat(received(address, 2))
                .anySatisfy(letter -> assertThat(text(letter)).contains("Details: deploy"));
        assertThat(call("PUT", "/api/v1/notices", "{\"off\": [\"token\"]}").statusCode())
                .isEqualTo(200);
        assertThat(call("DELETE", "/api/v1/tokens/" + id, "").statusCode()).isLessThan(300);
        assertThat(call("POST", "/api/v1/ssh-keys", "{\"key\": \"" + KEY + "\"}")
                        .statusCode())
                .isEqualTo(201);
        // Each call of this test makes a token before it.
        assertSubjects(
                "An API token was created",
                "An API token was created",
                "An API token was created",
                "You changed which letters you get",
                "An SSH key was added");
        assertThat(read("/api/v1/notices").toString())
                .contains("{\"topic\":\"token\",\"on\":false,\"optional\":true}")
                .contains("{\"topic\":\"password\",\"on\":true,\"optional\":false}");
        assertThat(events(user)).contains("user.notices-changed");
    }

    /** Whoever finds a browser signed in must not be able to change the ways to sign in unseen. */
    @Test
    void lettersAboutTheWaysToSignInCannotBeTurnedOff() throws Exception {
        for (String off : List.of("[\"password\"]", "[\"token\", \"new-device\"]", "[\"nothing\"]", "[null]", "null")) {
            assertThat(call("PUT", "/api/v1/notices", "{\"off\": " + off + "}").statusCode())
                    .as(off)
                    .isIn(400, 422);
        }
        Visitor browser = signedIn();
        assertThat(browser.get("/account/email").body()).contains("an SSH key is added or removed");
        assertThat(location(browser.send("/account/email", "/account/notices", Map.of("on", "ssh-key"))))
                .endsWith("/account/email");
        assertThat(read("/api/v1/notices").toString())
                .contains("{\"topic\":\"acted-for\",\"on\":false,\"optional\":true}")
                .contains("{\"topic\":\"ssh-key\",\"on\":true,\"optional\":true}")
                .contains("{\"topic\":\"email\",\"on\":true,\"optional\":false}");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(subjects()).contains("You changed which letters you get"));
    }

    @Test
    void somebodyOfTheStaffActsAsTheUser() throws Exception {
        User staff =
                users.create(Fleet.OPERATOR, "s-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OPERATOR));
        Visitor browser = visitor();
        browser.signIn(sessions, key, staff);
        String customer = caller.access().members().iterator().next().toString();
        String person = "/people/" + customer + "/" + user.id();
        assertThat(browser.send(person, person + "/act", Map.of("reason", "the shop does not start"))
                        .statusCode())
                .isEqualTo(302);
        assertThat(text(received(address, 1).getFirst()))
                .startsWith("Somebody of the staff acts as you")
                .contains("Details: the shop does not start")
                .doesNotContain(staff.login());
    }

    @Test
    void nothingWithoutAConfirmedAddressAndNotMoreThanTwentyOfAKind() {
        User without = somebody();
        int bound = Bound.NOTICES_OF_A_KIND.value();
        transactions.executeWithoutResult(status -> {
            for (int i = 0; i < bound + 2; i++) {
                notices.send(user.id(), Notice.TOKEN_ISSUED, "t" + i);
            }
            notices.send(user.id(), Notice.PASSKEY_ADDED, "Phone");
            notices.send(without.id(), Notice.PASSWORD_CHANGED);
        });
        assertThat(count(user)).as("passkeys are counted apart").isEqualTo(bound + 1);
        assertThat(count(without)).isZero();
        awaitSent(address);
        assertThat(inbox(address)).hasSize(bound + 1);
    }

    private int count(User of) {
        return jdbc.sql("SELECT count(*) FROM mail WHERE kind = 'notice' AND subject_id = ?")
                .param(of.id().value())
                .query(Integer.class)
                .single();
    }

    /** Waits until these letters have come, in any order, and no other is left to be sent. */
    private void assertSubjects(String... expected) {
        received(address, expected.length);
        awaitSent(address);
        assertThat(subjects()).containsExactlyInAnyOrder(expected);
    }

    private List<String> subjects() {
        return inbox(address).stream().map(NoticesTest::subject).toList();
    }

    private static String subject(MimeMessage letter) {
        try {
            return letter.getSubject();
        } catch (jakarta.mail.MessagingException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.bailiwick.server.account.signin.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.member.Invitations;
import dev.bailiwick.server.account.member.NewInvitation;
import dev.bailiwick.server.account.signin.reset.PasswordResets;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Invitations that are accepted with an account at a provider. */
class ProviderInvitationTest extends LinkedPeople {

    @Autowired
    private Invitations invitations;

    @Autowired
    private PasswordResets resets;

    private final String login = "i-" + UUID.randomUUID();

    private String invitation(String to) {
        NewInvitation wanted = NewInvitation.of(to, MemberRole.OWNER, List.of(), null);
        return "/sign-in/invitation/"
                + invitations
                        .create(caller(somebody()), customer, wanted, Optional.empty())
                        .secret()
                        .orElseThrow()
                        .text();
    }

    private static String begin(Visitor browser, String invitation, String signedIn) throws Exception {
        return target(browser.send(
                invitation, invitation, Map.of("by", "provider", "provider", "test", "replaced", signedIn)));
    }

    private HttpResponse<String> accept(Visitor browser, String invitation) throws Exception {
        return browser.get(PROVIDER.signIn(person, begin(browser, invitation, "")));
    }

    private Optional<UserId> user() {
        return jdbc.sql("SELECT id FROM app_user WHERE login = ?")
                .param(login)
                .query((row, _) -> new UserId(row.getObject(1, UUID.class)))
                .optional();
    }

    @Test
    void createsAUserWithoutAPassword() throws Exception {
        String invitation = invitation(login);
        PROVIDER.says(person, Map.of("preferred_username", "somebody else", "email", "mail@example.com"));
        Visitor browser = stranger();
        assertThat(browser.get(invitation).body()).contains("Accept with Provider test");

        assertThat(TestProvider.location(accept(browser, invitation))).endsWith("/jails");

        User user = users.known(user().orElseThrow());
        assertThat(caller(user).access().members()).containsExactly(customer);
        assertThat(events(user))
                .anyMatch(event -> event.startsWith("user.created"))
                .anyMatch(event -> event.startsWith("user.provider-linked"))
                .anyMatch(event -> event.startsWith("user.signed-in") && event.contains("\"oidc\""));
        assertThat(browser.get("/account").body()).contains(login, "somebody else", "New passkey");
        assertThat(browser.get(invitation).statusCode()).as("used up").isEqualTo(302);
        assertThat(TestProvider.location(signIn(stranger()))).endsWith("/jails");

        // What outlives the session is confirmed at the provider, which has just asked.
        assertThat(browser.send("/account", "/account/email/remove", Map.of()).statusCode())
                .isEqualTo(302);
        User owner = users.create(Fleet.OPERATOR, "o-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        assertThat(resets.issue(caller(owner), user.id()))
                .as("they can get a password")
                .isNotNull();
    }

    @Test
    void somebodyWhoHasLinkedTheAccountIsSignedInAndAcceptsThen() throws Exception {
        User known = somebody(login);
        link(browser(known));
        var first = customer;
        customer = fixtures.customer();
        String invitation = invitation(login);
        Visitor browser = stranger();
        assertThat(TestProvider.location(accept(browser, invitation))).endsWith(invitation);
        assertThat(browser.get(invitation).body()).contains("Accept as " + login);
        browser.send(invitation, invitation, Map.of("by", "session", "replaced", login));
        assertThat(caller(known).access().members()).containsExactlyInAnyOrder(first, customer);
    }

    @Test
    void takesNobodyOver() throws Exception {
        User known = somebody(login);
        customer = fixtures.customer();
        String invitation = invitation(login);
        PROVIDER.says(person, Map.of("preferred_username", login, "email", login));
        Visitor browser = stranger();
        assertThat(landed(browser, PROVIDER.signIn(person, begin(browser, invitation, ""))))
                .contains("Somebody has the user name of the invitation already");
        assertThat(links(known)).isZero();
        assertThat(caller(known).access().members()).doesNotContain(customer);
        assertThat(browser.cookies()).doesNotContainKey("__Host-session");
        assertThat(browser.get(invitation).statusCode()).as("still open").isEqualTo(200);
    }

    @Test
    void staffOfTheProviderIsNotInvited() throws Exception {
        String invitation = invitation(login);
        PROVIDER.says(person, Map.of("preferred_username", person, "groups", "ops"));
        Visitor browser = stranger();
        assertThat(landed(browser, PROVIDER.signIn(person, begin(browser, invitation, ""))))
                .contains("has a role of the staff");
        assertThat(user()).isEmpty();
        assertThat(browser.cookies()).doesNotContainKey("__Host-session");
    }

    @Test
    void anAnswerOfABrowserThatDidNotBegin() throws Exception {
        String invitation = invitation(login);
        Visitor attacker = stranger();
        String answer = PROVIDER.signIn(person, begin(attacker, invitation, ""));
        refused(stranger().get(answer), 400, "was not begun");
        User victim = somebody();
        Visitor browser = browser(victim);
        browser.cookies()
                .put(BegunSignIns.COOKIE, String.valueOf(attacker.cookies().get(BegunSignIns.COOKIE)));
        assertThat(landed(browser, answer)).contains("The link was begun in another session");
        assertThat(user()).isEmpty();
        assertThat(browser.get("/account").body()).contains(victim.login());
    }

    @Test
    void aProviderThatDoesNotAskAgain() throws Exception {
        String invitation = invitation(login);
        PROVIDER.says(person, Map.of("auth_time", Instant.now().getEpochSecond() - 700));
        Visitor browser = stranger();
        assertThat(landed(browser, PROVIDER.signIn(person, begin(browser, invitation, ""))))
                .contains("has not asked you to sign in again");
        assertThat(user()).isEmpty();
    }

    @Test
    void anInvitationThatWasWithdrawnMeanwhile() throws Exception {
        String invitation = invitation(login);
        Visitor browser = stranger();
        String target = begin(browser, invitation, "");
        jdbc.sql("DELETE FROM invitation WHERE customer_id = ?")
                .param(customer.value())
                .update();
        HttpResponse<String> back = browser.get(PROVIDER.signIn(person, target));
        assertThat(TestProvider.location(back)).endsWith("/sign-in?usedInvitation");
        assertThat(user()).isEmpty();
        assertThat(federated.find(identity(PROVIDER))).isEmpty();
    }

    @Test
    void asksAgainIfAnotherIsSignedInThanThePageShowed() throws Exception {
        String invitation = invitation(login);
        Visitor browser = browser(somebody());
        HttpResponse<String> again =
                browser.send(invitation, invitation, Map.of("by", "provider", "provider", "test", "replaced", ""));
        assertThat(TestProvider.location(again)).endsWith(invitation);
        HttpResponse<String> unknown =
                stranger().send(invitation, invitation, Map.of("by", "provider", "provider", "nothing"));
        assertThat(unknown.body()).contains("is not known");
    }
}

package dev.bailiwick.server.account.signin.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.identity.IdentityRefused;
import dev.bailiwick.server.account.user.FederatedUsers.Identity;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.UserPasswords;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What an attacker gets who plays with the links between users of customers and accounts at providers. */
class ProviderLinkAttacksTest extends LinkedPeople {

    @Autowired
    private SecondFactors factors;

    @Autowired
    private UserPasswords passwords;

    /** The attacker begins in their own session, and has the victim bring the answer: nobody becomes anybody else. */
    @Test
    void loginCsrfByLink() throws Exception {
        User attacker = somebody();
        Visitor own = browser(attacker);
        String answer = PROVIDER.signIn(person, begin(own, "test"));

        Visitor victim = stranger();
        refused(victim.get(answer), 400, "was not begun");
        victim.cookies().put(BegunSignIns.COOKIE, cookie(own));
        assertThat(landed(victim, answer)).doesNotContain(attacker.login());
        assertThat(victim.cookies()).doesNotContainKey("__Host-session");

        User user = somebody();
        Visitor signedIn = browser(user);
        signedIn.cookies().put(BegunSignIns.COOKIE, cookie(own));
        assertThat(landed(signedIn, PROVIDER.signIn(person, begin(own, "test"))))
                .doesNotContain("The account is linked");
        assertThat(links(user)).isZero();
        assertThat(links(attacker)).isZero();
        assertThat(signedIn.get("/account").body()).contains(user.login()).doesNotContain(attacker.login());
    }

    private static String cookie(Visitor browser) {
        return Objects.requireNonNull(browser.cookies().get(BegunSignIns.COOKIE));
    }

    /** The victim has begun a link, and is led to an answer that the provider gave to the attacker. */
    @Test
    void anAttackersAccountForTheVictim() throws Exception {
        User victim = somebody();
        Visitor browser = browser(victim);
        begin(browser, "test");
        String stolen = PROVIDER.signIn(person, begin(browser(somebody()), "test"));
        assertThat(landed(browser, stolen)).contains("The provider has not signed you in");
        assertThat(links(victim)).isZero();
    }

    @Test
    void startingALinkFromAnotherSite() throws Exception {
        User victim = somebody();
        Visitor browser = browser(victim);
        assertThat(browser.form("/account/identities", "forged", Map.of("provider", "test"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(browser.get("/account/identities?provider=test").statusCode())
                .isBetween(400, 422);
        assertThat(browser.cookies()).doesNotContainKey(BegunSignIns.COOKIE);
        // A sign-in can be begun from elsewhere. It never links.
        HttpResponse<String> begun = browser.get(BEGIN);
        refused(browser.get(PROVIDER.signIn(person, TestProvider.location(begun))), 403, "No account is linked");
        assertThat(links(victim)).isZero();
    }

    @Test
    void anAnswerToASignInDoesNotLinkAndTheOtherWayRound() throws Exception {
        User user = somebody();
        Visitor browser = browser(user);
        String begun = TestProvider.location(browser.get(BEGIN));
        String signIn = cookie(browser);
        String answer = PROVIDER.signIn(person, begin(browser, "test"));
        browser.cookies().put(BegunSignIns.COOKIE, signIn);
        refused(browser.get(answer), 401, "has not signed you in");
        assertThat(links(user)).isZero();
        begin(browser, "test");
        assertThat(landed(browser, PROVIDER.signIn(person, begun))).contains("The provider has not signed you in");
        assertThat(links(user)).isZero();
    }

    @Test
    void mixUpOfIssuers() throws Exception {
        User user = somebody();
        Visitor browser = browser(user);
        String answer = PROVIDER.signIn(person, begin(browser, "test"));
        refused(browser.get(answer.replace("/code/test", "/code/other")), 400, "was not begun");
        assertThat(landed(browser, answer + "&iss=" + OTHER.issuer())).contains("The provider has not signed you in");
        assertThat(links(user)).isZero();

        assertThat(link(browser)).contains("The account is linked");
        HttpResponse<String> begun = stranger().get("/sign-in/with/other");
        assertThat(begun.statusCode()).isEqualTo(302);
        Visitor elsewhere = stranger();
        String location = TestProvider.location(elsewhere.get("/sign-in/with/other"));
        refused(elsewhere.get(OTHER.signIn(person, location)), 403, "No account is linked");
        PROVIDER.says("other " + person, Map.of("iss", OTHER.issuer()));
        String forged = PROVIDER.signIn("other " + person, TestProvider.location(elsewhere.get(BEGIN)));
        refused(elsewhere.get(forged), 401, "has not signed you in");
    }

    @Test
    void theSameMailAddressAndNameWithAnotherSubject() throws Exception {
        String address = "ada-" + UUID.randomUUID() + "@example.com";
        User user = somebody(address);
        jdbc.sql("UPDATE app_user SET email = ? WHERE id = ?")
                .params(address, user.id().value())
                .update();
        link(browser(user));
        String impostor = "i-" + UUID.randomUUID();
        PROVIDER.says(
                impostor,
                Map.of("email", address, "email_verified", true, "preferred_username", address, "name", address));
        Visitor browser = stranger();
        String answer = PROVIDER.signIn(impostor, TestProvider.location(browser.get(BEGIN)));
        refused(browser.get(answer), 403, "No account is linked");
        assertThat(browser.cookies()).doesNotContainKey("__Host-session");
        assertThat(sessions(user)).isOne();
    }

    /** A user who is gone keeps the account, so that it never becomes somebody else's. */
    @Test
    void theSubjectOfADisabledUser() throws Exception {
        User gone = somebody();
        link(browser(gone));
        users.disable(Fleet.OPERATOR, gone.id());
        refused(signIn(stranger()), 403, "Your user is disabled");
        User heir = somebody();
        assertThat(link(browser(heir))).contains("belongs to another user here");
        assertThat(links(heir)).isZero();
        assertThat(links(gone)).isOne();
    }

    @Test
    void parallelLinksOfOneSubject() throws Exception {
        List<Callable<IdentityId>> links = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Caller caller = caller(somebody());
            links.add(() -> identities.link(caller, identity(PROVIDER), ""));
        }
        assertThat(atOnce(links)).containsOnly("linked", "TAKEN").containsOnlyOnce("linked");
    }

    @Test
    void parallelLinksOfOneUserAtOneProvider() throws Exception {
        User user = somebody();
        List<Callable<IdentityId>> links = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Identity identity = new Identity(PROVIDER.issuer(), person + i);
            links.add(() -> identities.link(caller(user), identity, ""));
        }
        assertThat(atOnce(links)).containsOnly("linked", "ANOTHER").containsOnlyOnce("linked");
        assertThat(links(user)).isOne();
    }

    private static List<String> atOnce(List<Callable<IdentityId>> links) throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> ends = links.stream()
                    .map(link -> threads.submit(() -> {
                        start.await();
                        try {
                            IdentityId _ = link.call();
                            return "linked";
                        } catch (IdentityRefused refused) {
                            return refused.reason().name();
                        }
                    }))
                    .toList();
            start.countDown();
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            return ends.stream().map(Future::resultNow).toList();
        }
    }

    @Test
    void aLinkThatWasBegunBeforeThePasswordChanged() throws Exception {
        User user = somebody();
        Caller before = caller(user);
        Visitor attacker = browser(user);
        String answer = PROVIDER.signIn(person, begin(attacker, "test"));
        passwords.change(before, PASSWORD, "another " + PASSWORD);
        assertThat(landed(attacker, answer)).doesNotContain("The account is linked");
        assertThatThrownBy(() -> identities.link(before, identity(PROVIDER), ""))
                .isInstanceOf(IdentityRefused.class)
                .hasMessageContaining("changed");
        assertThat(links(user)).isZero();
    }

    @Test
    void anAnswerAfterSigningInAgain() throws Exception {
        User user = somebody();
        Visitor browser = browser(user);
        String answer = PROVIDER.signIn(person, begin(browser, "test"));
        browser.signIn(sessions, key, user);
        assertThat(landed(browser, answer)).contains("The link was begun in another session");
        assertThat(links(user)).isZero();
    }

    @Test
    void anAccountWithARoleOfTheStaff() throws Exception {
        User user = somebody();
        PROVIDER.says(person, Map.of("preferred_username", person, "groups", "ops"));
        assertThat(link(browser(user))).contains("has a role of the staff, so it cannot be linked");
        assertThat(links(user)).isZero();

        federated.create(identity(PROVIDER), person, Role.OPERATOR);
        PROVIDER.says(person, Map.of("preferred_username", person));
        assertThat(link(browser(user))).as("of staff that has lost its role").contains("belongs to another user here");
    }

    @Test
    void aLinkedAccountThatGetsARoleOfTheStaff() throws Exception {
        User user = somebody();
        link(browser(user));
        PROVIDER.says(person, Map.of("preferred_username", person, "groups", "ops"));
        Visitor browser = stranger();
        refused(signIn(browser), 403, "now also has a role of the staff");
        assertThat(browser.cookies()).doesNotContainKey("__Host-session");
        assertThat(jdbc.sql("SELECT count(*) FROM app_user WHERE login = ?")
                        .param(person)
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(caller(user).role()).isEqualTo(Role.CUSTOMER);
    }

    /** Somebody else may be signed in at the provider in this browser. */
    @Test
    void aProviderThatDoesNotAskAgain() throws Exception {
        User user = somebody();
        PROVIDER.says(person, Map.of("auth_time", Instant.now().getEpochSecond() - 700));
        assertThat(link(browser(user))).contains("has not asked you to sign in again");
        assertThat(links(user)).isZero();
    }

    @Test
    void unlinkedWhileACodeIsAwaited() throws Exception {
        User user = somebody();
        link(browser(user));
        Authenticator phone = Authenticator.with(factors.begin(caller(user)).key());
        factors.confirm(caller(user), phone.code(-1));
        Visitor attacker = stranger();
        assertThat(TestProvider.location(signIn(attacker))).endsWith("/sign-in/code");
        assertThat(attacker.get("/sign-in/code").statusCode()).isEqualTo(200);
        identities.remove(caller(user), identities.list(user.id()).getFirst().id());
        assertThat(attacker.send("/sign-in", "/sign-in/code", Map.of("code", phone.code(0)))
                        .statusCode())
                .isEqualTo(403);
        assertThat(attacker.cookies()).doesNotContainKey("__Host-session");
    }

    /** A sign-in may overtake the end of its link, and store its session after that. */
    @Test
    void aSessionOfALinkThatIsGone() throws Exception {
        User user = somebody();
        Visitor browser = stranger();
        Map<String, String> gone = Map.of("identity", UUID.randomUUID().toString());
        browser.signIn(sessions, key, user, "oidc=" + Instant.now().getEpochSecond(), gone);
        assertThat(browser.get("/jails").statusCode()).isEqualTo(302);
    }

    @Test
    void theLinkOfAnotherUserIsNotRemoved() throws Exception {
        User user = somebody();
        link(browser(user));
        String id = identities.list(user.id()).getFirst().id().toString();
        Visitor attacker = browser(somebody());
        assertThat(attacker.send("/account", "/account/identities/remove", Map.of("identity", id))
                        .statusCode())
                .isEqualTo(404);
        assertThat(links(user)).isOne();
    }
}

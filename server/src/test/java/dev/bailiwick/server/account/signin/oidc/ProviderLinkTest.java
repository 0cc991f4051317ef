package dev.bailiwick.server.account.signin.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.identity.IdentityNotFound;
import dev.bailiwick.server.account.identity.LastWayIn;
import dev.bailiwick.server.account.passkey.Passkeys;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.FederatedUsers.Identity;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Users of customers link accounts at a real provider, sign in with them, and remove the links. */
class ProviderLinkTest extends LinkedPeople {

    @Autowired
    private SecondFactors factors;

    @Autowired
    private Passkeys passkeys;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private CustomerSuspensions suspensions;

    @Autowired
    private JsonMapper json;

    @Test
    void linksAnAccountAndSignsInWithIt() throws Exception {
        User user = somebody();
        PROVIDER.says(person, Map.of("preferred_username", "Ada of the provider"));
        Visitor browser = browser(user);
        assertThat(browser.get("/account").body()).contains("Link with Provider test", "Link with Provider other");
        String target = begin(browser, "test");
        assertThat(target).contains("prompt=login").contains("max_age=0").contains("code_challenge_method=S256");

        String account = landed(browser, PROVIDER.signIn(person, target));

        assertThat(account)
                .contains("The account is linked", "Ada of the provider", "Link with Provider other")
                .doesNotContain("Link with Provider test");
        assertThat(events(user)).contains("user.provider-linked {\"issuer\": \"" + PROVIDER.issuer() + "\"}");

        Visitor elsewhere = stranger();
        HttpResponse<String> in = signIn(elsewhere);
        assertThat(TestProvider.location(in)).endsWith("/jails");
        assertThat(elsewhere.get("/account").body()).contains(user.login(), "oidc");
        assertThat(events(user)).anyMatch(event -> event.contains("user.signed-in") && event.contains("\"oidc\""));
        assertThat(identities.list(user.id()).getFirst().lastUsedAt()).isNotNull();
        assertThat(users.signIn(user.login(), PASSWORD).user())
                .as("the password still works")
                .isEqualTo(user.id());
    }

    @Test
    void anAccountThatNobodyHasLinkedCreatesNothing() throws Exception {
        long before = count();
        PROVIDER.says(person, Map.of("preferred_username", person));
        Visitor browser = stranger();
        refused(signIn(browser), 403, "No account is linked to yours there");
        assertThat(count()).isEqualTo(before);
        assertThat(browser.cookies()).doesNotContainKey("__Host-session");
    }

    private long count() {
        return jdbc.sql("SELECT (SELECT count(*) FROM app_user) + (SELECT count(*) FROM user_identity)")
                .query(Long.class)
                .single();
    }

    @Test
    void aSecondFactorOfTheUserStillApplies() throws Exception {
        User user = somebody();
        link(browser(user));
        Authenticator phone = Authenticator.with(factors.begin(caller(user)).key());
        factors.confirm(caller(user), phone.code(-1));

        Visitor browser = stranger();
        browser.get("/account/email");
        HttpResponse<String> first = signIn(browser);
        assertThat(TestProvider.location(first)).endsWith("/sign-in/code");
        assertThat(browser.cookies()).doesNotContainKey("__Host-session");
        HttpResponse<String> in = browser.send("/sign-in/code", "/sign-in/code", Map.of("code", phone.code(0)));
        assertThat(in.statusCode()).isEqualTo(302);
        assertThat(events(user)).anyMatch(event -> event.contains("\"by\": \"oidc+code\""));

        identities.remove(caller(user), identities.list(user.id()).getFirst().id());
        assertThat(browser.get("/jails").statusCode())
                .as("the session began at the provider, too")
                .isEqualTo(302);
    }

    @Test
    void unlinkingEndsTheSessionsThatBeganThere() throws Exception {
        User user = somebody();
        Visitor browser = browser(user);
        link(browser);
        Visitor elsewhere = stranger();
        signIn(elsewhere);
        CompletableFuture<Void> stream = elsewhere.stream("/jails/live");
        String id = identities.list(user.id()).getFirst().id().toString();

        HttpResponse<String> removed = browser.send("/account", "/account/identities/remove", Map.of("identity", id));

        assertThat(removed.statusCode()).isEqualTo(302);
        stream.get(30, TimeUnit.SECONDS);
        assertThat(elsewhere.get("/jails").statusCode()).isEqualTo(302);
        assertThat(browser.get("/account").body()).contains("The link is removed", "Link with Provider test");
        assertThat(events(user)).contains("user.provider-unlinked {\"issuer\": \"" + PROVIDER.issuer() + "\"}");
        refused(signIn(stranger()), 403, "No account is linked");
    }

    @Test
    void asksToConfirmFirst() throws Exception {
        User user = somebody();
        Visitor late = stranger();
        late.signIn(sessions, key, user, "password=1000");
        HttpResponse<String> asked = late.send("/account", "/account/identities", Map.of("provider", "test"));
        assertThat(asked.statusCode()).isEqualTo(403);
        assertThat(asked.body()).contains("name=\"current\"").doesNotContain(PROVIDER.issuer());
        HttpResponse<String> kept = late.confirm(asked, Map.of("current", PASSWORD));
        assertThat(kept.body()).contains("Links an account at a provider");
        assertThat(link(late)).contains("The account is linked");

        Visitor other = stranger();
        other.signIn(sessions, key, user, "password=1000");
        String id = identities.list(user.id()).getFirst().id().toString();
        assertThat(other.send("/account", "/account/identities/remove", Map.of("identity", id))
                        .statusCode())
                .isEqualTo(403);
        assertThat(links(user)).isOne();
    }

    @Test
    void theLastWayInStays() throws Exception {
        User user = somebody();
        link(browser(user));
        jdbc.sql("UPDATE app_user SET password_hash = NULL WHERE id = ?")
                .param(user.id().value())
                .update();
        var link = identities.list(user.id()).getFirst().id();
        assertThatThrownBy(() -> identities.remove(caller(user), link)).isInstanceOf(LastWayIn.class);
        Visitor elsewhere = stranger();
        signIn(elsewhere);
        assertThat(elsewhere.get("/account").body())
                .contains("New passkey", "You have none. Ask for one under")
                .doesNotContain("action=\"/account/password\"");
        elsewhere.send("/account", "/account/identities/remove", Map.of("identity", link.toString()));
        assertThat(elsewhere.get("/account").body()).contains("This is your last way to sign in");

        UUID passkey = passkey(user);
        identities.remove(caller(user), link);
        assertThat(links(user)).isZero();
        assertThatThrownBy(() -> passkeys.remove(caller(user), passkey)).isInstanceOf(LastWayIn.class);
    }

    @Test
    void anAccountAtAFormerProviderIsNoWayIn() {
        User user = somebody();
        identities.link(caller(user), new Identity("https://gone.example.com", person), "");
        jdbc.sql("UPDATE app_user SET password_hash = NULL WHERE id = ?")
                .param(user.id().value())
                .update();
        UUID passkey = passkey(user);
        assertThatThrownBy(() -> passkeys.remove(caller(user), passkey)).isInstanceOf(LastWayIn.class);
    }

    private UUID passkey(User user) {
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                        INSERT INTO passkey (id, user_id, credential_id, name, server_name, public_key, attestation, client_data,
                            signature_count, user_verified, backup_eligible, backup_state, transports, created_at)
                        VALUES (?, ?, uuid_send(gen_random_uuid()), 'Phone', 'localhost', 'x', 'x', 'x', 0, true, true, true, '{}', now())
                        """).params(id, user.id().value()).update();
        return id;
    }

    @Test
    void theApiListsTheWaysInAndRemovesALink() throws Exception {
        User user = somebody();
        PROVIDER.says(person, Map.of("email", person + "@example.com"));
        link(browser(user));
        passkey(user);
        JsonNode ways =
                json.readTree(api(user, "GET", "/api/v1/sign-in-methods", "").body());
        assertThat(ways.get("password").asBoolean()).isTrue();
        assertThat(ways.get("passkeys").asInt()).isOne();
        assertThat(ways.get("secondFactor").asBoolean()).isFalse();
        JsonNode linked = ways.at("/providers/0");
        assertThat(linked.get("issuer").asString()).isEqualTo(PROVIDER.issuer());
        assertThat(linked.get("provider").asString()).isEqualTo("Provider test");
        assertThat(linked.get("account").asString()).isEqualTo(person + "@example.com");

        String remove = "/api/v1/sign-in-methods/" + linked.get("id").asString() + "/remove";
        assertThat(api(user, "POST", remove, "{\"password\": \"wrong\"}").statusCode())
                .isEqualTo(422);
        String proof = "{\"password\": \"" + PASSWORD + "\"}";
        assertThat(api(somebody(), "POST", remove, proof).statusCode())
                .as("of another user")
                .isEqualTo(404);
        assertThat(api(user, "POST", remove, proof).statusCode()).isEqualTo(204);
        assertThat(api(user, "POST", remove, proof).statusCode()).isEqualTo(404);
        assertThat(links(user)).isZero();
    }

    private HttpResponse<String> api(User user, String method, String path, String body) throws Exception {
        String secret = tokens.issue(
                        caller(user), new TokenRequest("t", Set.of(Scope.TOKENS_READ, Scope.TOKENS_WRITE), null))
                .secret();
        HttpRequest.Builder request = new Visitor(port)
                .request(path)
                .header("Authorization", "Bearer " + secret)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        return new Visitor(port).send(request);
    }

    @Test
    void staffLinksNothing() throws Exception {
        User staff =
                users.create(Fleet.OPERATOR, "s-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.SUPPORT));
        Visitor browser = browser(staff);
        assertThat(browser.get("/account").body()).doesNotContain("/account/identities");
        browser.send("/account", "/account/identities", Map.of("provider", "test"));
        assertThat(browser.get("/account").body()).contains("you cannot link an account there");
        assertThat(browser.cookies()).doesNotContainKey(BegunSignIns.COOKIE);
    }

    @Test
    void aSuspendedCustomerStillSignsInAndADisabledUserDoesNot() throws Exception {
        User user = somebody();
        link(browser(user));
        suspensions.suspend(Fleet.OPERATOR, customer, "unpaid");
        assertThat(signIn(stranger()).statusCode()).isEqualTo(302);
        users.disable(Fleet.OPERATOR, user.id());
        Visitor browser = stranger();
        refused(signIn(browser), 403, "Your user is disabled");
        assertThat(browser.cookies()).doesNotContainKey("__Host-session");
    }

    @Test
    void anAccountAtEachProvider() throws Exception {
        User user = somebody();
        Visitor browser = browser(user);
        link(browser);
        assertThat(landed(browser, OTHER.signIn(person, begin(browser, "other"))))
                .contains("The account is linked");
        assertThat(links(user)).isEqualTo(2);
        assertThat(landed(browser, PROVIDER.signIn("another " + person, begin(browser, "test"))))
                .contains("You have linked another account there");
        assertThat(link(browser)).as("again").contains("The account is linked");
        assertThat(links(user)).isEqualTo(2);
        assertThatThrownBy(() -> identities.remove(
                        caller(somebody()),
                        identities.list(user.id()).getFirst().id()))
                .isInstanceOf(IdentityNotFound.class);
    }
}

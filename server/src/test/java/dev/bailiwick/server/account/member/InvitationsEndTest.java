package dev.bailiwick.server.account.member;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.Network;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Invitations to a customer: who creates them, and when they are void. */
class InvitationsEndTest extends InvitedPeople {

    @Autowired
    private CustomerSuspensions suspensions;

    @Test
    void withdrawnReplacedOrExpiredIsVoid() throws Exception {
        JsonNode withdrawn = invited(colleague(login));
        String id = withdrawn.get("id").asString();
        assertThat(api.call(owner, HttpMethod.DELETE, address() + "/" + id, "")).hasStatus(204);
        assertThat(api.call(owner, HttpMethod.DELETE, address() + "/" + id, "")).hasStatus(404);
        assertIsVoid(withdrawn.get("link").asString());
        assertThat(actions(customer.toString())).contains("customer.invitation-withdrawn");

        String replaced = link(login);
        String expired = link(login);
        assertThat(open()).isEqualTo(1);
        assertIsVoid(replaced);
        jdbc.sql(
                        "UPDATE invitation SET created_at = created_at - interval '7 days', expires_at = now() WHERE login = ?")
                .param(login)
                .update();
        assertThat(open()).isZero();
        assertIsVoid(expired);
    }

    @Test
    void customerThatIsRetiredIsNotJoined() throws Exception {
        String link = link(login);
        jdbc.sql("""
                        UPDATE customer SET retired_at = now() + interval '1 second', retirement_final_at = now() + interval '1 day'
                        WHERE id = ?
                        """).param(customer.value()).update();

        assertIsVoid(link);
        assertThat(api.call(owner, HttpMethod.POST, address(), colleague(login)))
                .hasStatus(409);
    }

    @Test
    void holdsNoLongerThanTheRightOfWhoeverInvited() throws Exception {
        user("p-" + UUID.randomUUID(), customer);
        String link = link(login);
        members.put(OPERATOR, customer, owner.user(), new MemberChange(MemberRole.COLLEAGUE, List.of()));
        assertIsVoid(link);

        members.put(OPERATOR, customer, owner.user(), new MemberChange(MemberRole.OWNER, List.of()));
        assertThat(perform(get(link)).getStatus()).isEqualTo(200);
        users.disable(OPERATOR, owner.user());
        assertIsVoid(link);
    }

    @Test
    void holdsNoLongerThanTheTokenThatInvited() throws Exception {
        ApiTokens.IssuedToken token = tokens.issue(
                owner,
                new TokenRequest(
                        "t",
                        Set.of(Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.JAILS_READ, Scope.JAILS_WRITE),
                        null));
        String answer = perform(post(address())
                        .header("Authorization", "Bearer " + token.secret())
                        .contentType("application/json")
                        .content(colleague(login)))
                .getContentAsString();
        String link = answer.replaceFirst(".*\"link\":\"([^\"]+)\".*", "$1");
        assertThat(perform(get(link)).getStatus()).isEqualTo(200);

        tokens.revoke(owner, token.token().id());
        assertIsVoid(link);
    }

    /**
     * Another person is no credential of the token: they sign in by what is theirs, wherever they are. The token itself stays in its
     * networks, and so does what it creates for its own user.
     */
    @Test
    void whoeverATokenInvitesIsNotBoundToItsNetworks() throws Exception {
        Set<Scope> scopes = Set.of(
                Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.JAILS_READ, Scope.JAILS_WRITE, Scope.TOKENS_WRITE);
        ApiTokens.IssuedToken token = tokens.issue(
                owner, new TokenRequest("panel", null, scopes, List.of(Network.parse("192.0.2.0/24")), null));
        assertThat(byToken(token, address(), colleague(login), "198.51.100.7").getStatus())
                .as("whoever has found the token invites nobody")
                .isEqualTo(401);

        MockHttpServletResponse answer = byToken(token, address(), colleague(login), "192.0.2.7");
        String link = answer.getContentAsString().replaceFirst(".*\"link\":\"([^\"]+)\".*", "$1");
        assertThat(asNew(link, PASSWORD).getRedirectedUrl()).isEqualTo("/jails");
        assertThat(access(login).jails()).containsOnlyKeys(shop, mail);

        String wider = "{\"name\": \"wider\", \"scopes\": [\"jails:read\"]}";
        assertThat(byToken(token, "/api/v1/tokens", wider, "192.0.2.7").getContentAsString())
                .contains("must lie within those of the caller's own token");
    }

    private MockHttpServletResponse byToken(ApiTokens.IssuedToken token, String path, String body, String from)
            throws Exception {
        return perform(post(path)
                .with(request -> {
                    request.setRemoteAddr(from);
                    return request;
                })
                .header("Authorization", "Bearer " + token.secret())
                .contentType("application/json")
                .content(body));
    }

    /** A suspension takes no right away, so it also keeps nobody out: the colleague sees the jails, and nobody starts them. */
    @Test
    void aSuspendedCustomerInvitesAndIsJoined() throws Exception {
        var _ = suspensions.suspend(OPERATOR, customer, "unpaid");
        String link = link(login);

        assertThat(asNew(link, PASSWORD).getRedirectedUrl()).isEqualTo("/jails");

        Caller colleague = users.signIn(login, PASSWORD);
        assertThat(api.get(colleague, "/api/v1/jails/" + shop)).hasStatus(200);
        assertThat(api.call(colleague, HttpMethod.POST, "/api/v1/jails/" + shop + "/start", ""))
                .hasStatus(409);
        assertThat(api.json(api.call(colleague, HttpMethod.POST, "/api/v1/jails/" + shop + "/start", ""))
                        .get("type")
                        .asString())
                .isEqualTo("/problems/customer-suspended");
    }

    @Test
    void jailsThatAreGoneAreLeftOut() throws Exception {
        String link = link(login);
        actions.move(OPERATOR, shop, fixtures.customer());

        assertThat(asNew(link, PASSWORD).getRedirectedUrl()).isEqualTo("/jails");
        assertThat(access(login).jails()).containsOnlyKeys(mail);
    }

    @Test
    void isForWhoeverManagesThePeople() {
        Caller colleague = user("c-" + UUID.randomUUID(), fixtures.customer());
        assertThat(api.call(colleague, HttpMethod.POST, address(), colleague(login)))
                .hasStatus(404);
        members.put(OPERATOR, customer, colleague.user(), new MemberChange(MemberRole.COLLEAGUE, List.of()));
        colleague = users.inSession(colleague.user()).orElseThrow();
        assertThat(api.call(colleague, HttpMethod.POST, address(), colleague(login)))
                .hasStatus(403);
        assertThat(api.get(colleague, address())).hasStatus(403);
        Caller support = Caller.staff(UserId.fresh(), "s", Role.SUPPORT);
        assertThat(api.call(support, HttpMethod.POST, address(), colleague(login)))
                .hasStatus(403);
    }

    @Test
    void namesWhatIsWrong() {
        Map<String, String> wrong = Map.of(
                "{\"role\": \"owner\"}",
                "/login",
                "{\"login\": \"a b\", \"role\": \"owner\"}",
                "/login",
                "{\"login\": \"x\"}",
                "/role",
                "{\"login\": \"x\", \"role\": \"owner\", \"jails\": [{\"jail\": \"" + shop + "\"}]}",
                "/jails",
                "{\"login\": \"x\", \"role\": \"colleague\", \"jails\": [{\"jail\": \"" + UUID.randomUUID() + "\"}]}",
                "/jails/0/jail");
        wrong.forEach((body, pointer) -> {
            MvcTestResult answer = api.call(owner, HttpMethod.POST, address(), body);
            assertThat(answer).as(body).hasStatus(422);
            assertThat(api.json(answer).get("errors").get(0).get("pointer").asString())
                    .as(body)
                    .isEqualTo(pointer);
        });
        MvcTestResult known = api.call(owner, HttpMethod.POST, address(), colleague(owner.login()));
        assertThat(known).hasStatus(409);
        assertThat(api.json(known).get("type").asString()).endsWith("already-member");
    }

    @Test
    void openInvitationsOfACustomerAreBounded() {
        for (int number = 0; number < Bound.INVITATIONS_OF_A_CUSTOMER.value(); number++) {
            invitations.create(owner, customer, colleagueOf("b-" + number), Optional.empty());
        }
        assertThatThrownBy(() -> invitations.create(owner, customer, colleagueOf("more"), Optional.empty()))
                .isInstanceOf(TooManyInvitations.class);
        // The same login replaces its own.
        invitations.create(owner, customer, colleagueOf("b-7"), Optional.empty());
        assertThat(open()).isEqualTo(Bound.INVITATIONS_OF_A_CUSTOMER.value());
    }

    private static NewInvitation colleagueOf(String name) {
        return new NewInvitation(name, new MemberChange(MemberRole.COLLEAGUE, List.of()), Optional.empty());
    }
}

package dev.bailiwick.server.account.member;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.head;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.bailiwick.server.account.Access;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.user.Membership;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Invitations to a customer: how they are accepted, and by whom. */
class InvitationsTest extends InvitedPeople {

    @Test
    void invitedSetsAPasswordAndHasWhatWasChosen() throws Exception {
        MvcTestResult answer =
                api.call(owner, HttpMethod.POST, address(), colleague(login.toUpperCase(java.util.Locale.ROOT)));
        assertThat(answer).hasStatus(201).hasHeader("Cache-Control", "no-store");
        String link = api.json(answer).get("link").asString();
        assertThat(api.json(answer).get("login").asString()).isEqualTo(login);
        MvcTestResult list = api.get(owner, address());
        assertThat(api.json(list).get("items")).hasSize(1);
        assertThat(list.getResponse().getContentAsString())
                .contains(login, shop.toString())
                .doesNotContain(link.substring(link.lastIndexOf('/') + 1), "link");

        // Programs that look at links do not use them.
        assertThat(perform(head(link)).getStatus()).isEqualTo(200);
        assertThat(perform(get(link)).getContentAsString()).contains(login);
        assertThat(perform(post(link).param("by", "new")).getStatus()).isNotEqualTo(200);
        assertThat(asNew(link, WEAK).getContentAsString()).contains("too easy to guess");
        assertThat(open()).isEqualTo(1);

        assertThat(asNew(link, PASSWORD).getRedirectedUrl()).isEqualTo("/jails");

        Access access = access(login);
        assertThat(access.has(Right.POWER, customer, shop)).isTrue();
        assertThat(access.has(Right.SEE, customer, mail)).isTrue();
        assertThat(access.has(Right.POWER, customer, mail)).isFalse();
        assertThat(access.everywhere()).isEqualTo(Right.of(Role.CUSTOMER));
        assertThat(open()).isZero();
        assertThat(perform(get(link)).getRedirectedUrl()).isEqualTo(VOID);
        assertThat(actions(customer.toString())).contains("customer.member-invited", "customer.invitation-accepted");
    }

    @Test
    void userOfAnotherCustomerSignsInAndBelongsToBoth() throws Exception {
        CustomerId other = fixtures.customer();
        user(login, other);
        String link = invited("{\"login\": \"" + login + "\", \"role\": \"owner\"}")
                .get("link")
                .asString();

        assertThat(asExisting(link, "not the password").getContentAsString()).contains("is wrong");
        assertThat(asNew(link, "another " + PASSWORD).getStatus()).isEqualTo(200);
        assertThat(access(login).members()).containsExactly(other);

        assertThat(asExisting(link, PASSWORD).getRedirectedUrl()).isEqualTo("/jails");
        assertThat(access(login).members()).containsExactlyInAnyOrder(customer, other);
        assertThat(access(login).has(Right.MEMBERS, customer)).isTrue();
    }

    @Test
    void whoeverIsSignedInAcceptsOnlyForThemselves() throws Exception {
        Caller invited = user(login, fixtures.customer());
        Caller stranger = user("x-" + UUID.randomUUID(), fixtures.customer());
        String link = link(login);

        assertThat(bySession(link, stranger)).isEqualTo(link);
        assertThat(access(login).jails()).isEmpty();
        assertThat(bySession(link, invited)).isEqualTo("/jails");
        assertThat(access(login).jails()).containsOnlyKeys(shop, mail);
        assertThat(users.inSession(stranger.user()).orElseThrow().access().jails())
                .isEmpty();
    }

    private String bySession(String link, Caller caller) throws Exception {
        return String.valueOf(perform(post(link)
                        .with(csrf())
                        .with(authentication(new CallerAuthentication(caller)))
                        .param("by", "session")
                        .param("replaced", caller.login()))
                .getRedirectedUrl());
    }

    @Test
    void installationWithoutMailServerSendsNoInvitation() {
        MvcTestResult answer = api.call(
                owner,
                HttpMethod.POST,
                address(),
                "{\"login\": \"" + login + "\", \"role\": \"owner\", \"email\": \"ada@example.com\"}");
        assertThat(answer).hasStatus(422);
        assertThat(api.json(answer).at("/errors/0/pointer").asString()).isEqualTo("/email");
        assertThat(open()).isZero();
    }

    /** Enumeration: nothing that leaves the invitation open depends on whether somebody has the login. */
    @Test
    void doesNotSayWhetherTheLoginExists() throws Exception {
        String taken = "t-" + UUID.randomUUID();
        user(taken, fixtures.customer());
        JsonNode first = invited(colleague(taken));
        JsonNode second = invited(colleague(login));
        assertThat(first.propertyNames()).isEqualTo(second.propertyNames());
        String one = first.get("link").asString();
        String two = second.get("link").asString();

        assertThat(neutral(perform(get(one)), taken, one)).isEqualTo(neutral(perform(get(two)), login, two));
        assertThat(neutral(asNew(one, WEAK), taken, one)).isEqualTo(neutral(asNew(two, WEAK), login, two));
        assertThat(neutral(asExisting(one, "not the password"), taken, one))
                .isEqualTo(neutral(asExisting(two, "not the password"), login, two));
        assertThat(open()).isEqualTo(2);
    }

    private static String neutral(MockHttpServletResponse page, String name, String link) throws Exception {
        return page.getStatus()
                + page.getContentAsString()
                        .replace(name, "NAME")
                        .replace(link, "LINK")
                        .replaceAll("(name=\"_csrf\" value=)\"[^\"]*\"", "$1");
    }

    @Test
    void neverReachesTheStaff() throws Exception {
        UserId staff = users.create(OPERATOR, login, PASSWORD, new Membership.Staff(Role.SUPPORT))
                .id();
        String link = link(login);

        assertThat(asExisting(link, PASSWORD).getContentAsString()).contains("belong to no customer");
        assertThat(bySession(link, users.inSession(staff).orElseThrow())).isNotEqualTo("/jails");
        assertThat(users.inSession(staff).orElseThrow().access()).isEqualTo(Access.of(Role.SUPPORT));
        assertThat(api.call(
                        owner, HttpMethod.POST, address(), "{\"login\": \"" + login + "\", \"role\": \"operator\"}"))
                .hasStatus(422);
    }

    @Test
    void isAcceptedOnceByTwoAtOnce() throws Exception {
        String link = link(login);
        List<String> ends;
        try (var threads = Executors.newFixedThreadPool(2)) {
            Callable<String> accept = () -> String.valueOf(asNew(link, PASSWORD).getRedirectedUrl());
            ends = threads.invokeAll(List.of(accept, accept)).stream()
                    .map(Future::resultNow)
                    .toList();
        }

        assertThat(ends).containsOnlyOnce("/jails");
        assertThat(access(login).jails()).containsOnlyKeys(shop, mail);
    }
}

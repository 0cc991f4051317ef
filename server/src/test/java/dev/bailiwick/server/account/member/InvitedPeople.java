package dev.bailiwick.server.account.member;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Access;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import tools.jackson.databind.JsonNode;

/** A customer with an owner and two jails, and what is done with invitations to it. */
@ServerTest
abstract class InvitedPeople {

    protected static final String PASSWORD = "long enough for all";
    protected static final String WEAK = "password1234";
    protected static final String VOID = "/sign-in?usedInvitation";

    @Autowired
    protected ApiClient api;

    @Autowired
    protected MockMvc http;

    @Autowired
    protected Users users;

    @Autowired
    protected ApiTokens tokens;

    @Autowired
    protected Members members;

    @Autowired
    protected Invitations invitations;

    @Autowired
    protected Jails jails;

    @Autowired
    protected JailActions actions;

    @Autowired
    protected Fleet.Fixtures fixtures;

    @Autowired
    protected JdbcClient jdbc;

    protected HostId host = new HostId(UUID.randomUUID());
    protected CustomerId customer = CustomerId.fresh();
    protected JailId shop = new JailId(UUID.randomUUID());
    protected JailId mail = new JailId(UUID.randomUUID());
    protected Caller owner = OPERATOR;
    protected final String login = "i-" + UUID.randomUUID();

    @BeforeEach
    void customerWithTwoJails() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        shop = jail("shop");
        mail = jail("mail");
        owner = user("o-" + UUID.randomUUID(), customer);
    }

    protected JailId jail(String name) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named(name)))
                .id();
    }

    protected Caller user(String name, CustomerId of) {
        UserId id =
                users.create(OPERATOR, name, PASSWORD, new Membership.Of(of)).id();
        return users.inSession(id).orElseThrow();
    }

    protected String address() {
        return "/api/v1/customers/" + customer + "/invitations";
    }

    protected String colleague(String name) {
        return "{\"login\": \"" + name + "\", \"role\": \"colleague\", \"jails\": [{\"jail\": \"" + shop
                + "\", \"rights\": [\"power\"]}, {\"jail\": \"" + mail + "\", \"rights\": []}]}";
    }

    protected JsonNode invited(String body) {
        MvcTestResult answer = api.call(owner, HttpMethod.POST, address(), body);
        assertThat(answer).hasStatus(201);
        return api.json(answer);
    }

    protected String link(String name) {
        return invited(colleague(name)).get("link").asString();
    }

    protected MockHttpServletResponse perform(MockHttpServletRequestBuilder request) throws Exception {
        return http.perform(request).andReturn().getResponse();
    }

    protected MockHttpServletResponse asNew(String link, String password) throws Exception {
        return perform(post(link)
                .with(csrf())
                .param("by", "new")
                .param("password", password)
                .param("repeated", password));
    }

    protected MockHttpServletResponse asExisting(String link, String password) throws Exception {
        return perform(post(link).with(csrf()).param("by", "existing").param("current", password));
    }

    protected Access access(String name) {
        return users.signIn(name, PASSWORD).access();
    }

    protected void assertIsVoid(String link) throws Exception {
        assertThat(perform(get(link)).getRedirectedUrl()).isEqualTo(VOID);
        assertThat(asNew(link, PASSWORD).getRedirectedUrl()).isEqualTo(VOID);
        assertThat(jdbc.sql("SELECT count(*) FROM app_user WHERE login = ?")
                        .param(login)
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    protected int open() {
        return api.json(api.get(owner, address())).get("items").size();
    }

    protected List<String> actions(String subject) {
        return jdbc.sql("""
                        SELECT action FROM (SELECT subject_id, action FROM unsealed_event
                            UNION ALL SELECT subject_id, action FROM audit_event) AS events WHERE subject_id = ?
                        """).param(subject).query((row, _) -> row.getString(1)).list();
    }
}

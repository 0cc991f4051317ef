package dev.bailiwick.server.account.signin.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.identity.LinkedIdentities;
import dev.bailiwick.server.account.user.FederatedUsers;
import dev.bailiwick.server.account.user.FederatedUsers.Identity;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A user of a customer with a password, somebody at two real providers, and what a browser does between them. */
@WebTest
abstract class LinkedPeople {

    protected static final String PASSWORD = "correct horse battery";
    protected static final String BEGIN = "/sign-in/with/test";

    /** They end with the JVM, as the server that all these tests share does. */
    protected static final TestProvider PROVIDER = new TestProvider();

    protected static final TestProvider OTHER = new TestProvider();

    private static final Pattern TARGET = Pattern.compile("href=\"(http://127[^\"]+)\"");

    @LocalServerPort
    protected int port;

    @Autowired
    protected Users users;

    @Autowired
    protected FederatedUsers federated;

    @Autowired
    protected LinkedIdentities identities;

    @Autowired
    protected Fleet.Fixtures fixtures;

    @Autowired
    protected JdbcClient jdbc;

    @Autowired
    protected SessionRepository<?> sessions;

    @Autowired
    protected SealingKey key;

    protected CustomerId customer = CustomerId.fresh();
    protected final String person = "p-" + UUID.randomUUID();

    @DynamicPropertySource
    static void providers(DynamicPropertyRegistry settings) {
        Map.of("test", PROVIDER, "other", OTHER).forEach((id, provider) -> {
            String registration = "spring.security.oauth2.client.registration." + id;
            settings.add(registration + ".client-id", () -> "bailiwick");
            settings.add(registration + ".client-secret", () -> TestProvider.SECRET);
            settings.add(registration + ".client-name", () -> "Provider " + id);
            settings.add(registration + ".scope", () -> "openid,profile");
            settings.add("spring.security.oauth2.client.provider." + id + ".issuer-uri", provider::issuer);
        });
        settings.add("bailiwick.oidc.roles.ops", () -> "operator");
    }

    @BeforeEach
    void customer() {
        customer = fixtures.customer();
    }

    protected User somebody() {
        return somebody("u-" + UUID.randomUUID());
    }

    protected User somebody(String login) {
        return users.create(Fleet.OPERATOR, login, PASSWORD, new Membership.Of(customer));
    }

    protected Caller caller(User user) {
        return users.inSession(user.id()).orElseThrow();
    }

    /** Returns a browser in which the user has just shown the password. */
    protected Visitor browser(User user) {
        Visitor visitor = stranger();
        visitor.signIn(sessions, key, user);
        return visitor;
    }

    /** Attempts are limited by address. */
    protected Visitor stranger() {
        return Visitor.from(Visitor.anyAddress(), port);
    }

    protected Identity identity(TestProvider provider) {
        return new Identity(provider.issuer(), person);
    }

    /** Begins a link in the browser; returns the URL at the provider. */
    protected static String begin(Visitor browser, String provider) throws Exception {
        return target(browser.send("/account", "/account/identities", Map.of("provider", provider)));
    }

    protected static String target(HttpResponse<String> page) {
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        Matcher target = TARGET.matcher(page.body());
        assertThat(target.find()).as(page.body()).isTrue();
        return target.group(1).replace("&amp;", "&");
    }

    /** Links the account of the person at the first provider in the browser; returns what the account page says then. */
    protected String link(Visitor browser) throws Exception {
        return landed(browser, PROVIDER.signIn(person, begin(browser, "test")));
    }

    /** Lets the browser bring an answer of the provider; returns the page to which it is sent then. */
    protected static String landed(Visitor browser, String answer) throws Exception {
        HttpResponse<String> back = browser.get(answer);
        assertThat(back.statusCode()).as(back.body()).isEqualTo(302);
        return browser.get(TestProvider.path(TestProvider.location(back))).body();
    }

    protected HttpResponse<String> signIn(Visitor browser) throws Exception {
        return browser.get(PROVIDER.signIn(person, TestProvider.location(browser.get(BEGIN))));
    }

    protected long links(User user) {
        return identities.list(user.id()).size();
    }

    protected long sessions(User user) {
        return jdbc.sql("SELECT count(*) FROM web_session WHERE principal_name = ?")
                .param(user.id().toString())
                .query(Long.class)
                .single();
    }

    protected List<String> events(User user) {
        return jdbc.sql("""
                        SELECT action || ' ' || detail::text FROM (
                            SELECT action, detail, subject_id FROM audit_event
                            UNION ALL SELECT action, detail, subject_id FROM unsealed_event) AS events
                        WHERE subject_id = ?
                        """)
                .param(user.id().toString())
                .query((row, _) -> row.getString(1))
                .list();
    }

    protected static void refused(HttpResponse<String> answer, int status, String why) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(why);
    }
}

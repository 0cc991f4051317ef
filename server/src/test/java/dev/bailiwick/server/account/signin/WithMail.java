package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.MailServer;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import jakarta.mail.internet.MimeMessage;
import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server that sends mail to a real mail server, and a user. All tests of this kind share one server. */
@WebTest
public abstract class WithMail {

    protected static final String PASSWORD = "correct horse battery";
    private static final MailServer MAILS = new MailServer();

    @LocalServerPort
    protected int port;

    @Autowired
    protected Users users;

    @Autowired
    protected ApiTokens tokens;

    @Autowired
    protected JdbcClient jdbc;

    @Autowired
    protected JsonMapper json;

    @Autowired
    protected SessionRepository<?> sessions;

    @Autowired
    protected SealingKey key;

    @Autowired
    protected Fleet.Fixtures fixtures;

    protected User user;
    protected Caller caller;
    protected String address;

    /** Attempts are limited by address. */
    private final InetAddress from = Visitor.anyAddress();

    @DynamicPropertySource
    static void mail(DynamicPropertyRegistry registry) {
        MAILS.register(registry);
    }

    @BeforeEach
    void begin() {
        startMail();
        user = somebody();
        caller = users.inSession(user.id()).orElseThrow();
        address = user.login() + "@example.com";
    }

    @AfterEach
    void stopMail() {
        MAILS.stop();
    }

    /** Also after it was stopped. */
    void startMail() {
        MAILS.start();
    }

    protected User somebody() {
        return users.create(Fleet.OPERATOR, "m-" + UUID.randomUUID(), PASSWORD, new Membership.Of(fixtures.customer()));
    }

    /** Gives the user an address, as one that was confirmed. */
    protected void confirmed(User of, String email) {
        jdbc.sql("UPDATE app_user SET email = ? WHERE id = ?")
                .params(email, of.id().value())
                .update();
    }

    protected Visitor visitor() {
        return Visitor.from(from, port);
    }

    protected Visitor signedIn() {
        Visitor visitor = visitor();
        visitor.signIn(sessions, key, user);
        return visitor;
    }

    /** @param body empty for none */
    protected HttpResponse<String> call(String method, String path, String body) throws Exception {
        Visitor program = visitor();
        String secret = tokens.issue(caller, new TokenRequest("t", Role.CUSTOMER.scopes(), null))
                .secret();
        return program.send(program.request(path)
                .header("Authorization", "Bearer " + secret)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body)));
    }

    protected JsonNode read(String path) throws Exception {
        return json.readTree(call("GET", path, "").body());
    }

    /** Waits until there are so many mails to the address, and returns them, the oldest first. */
    protected List<MimeMessage> received(String recipient, int count) {
        return await().atMost(Duration.ofSeconds(30)).until(() -> inbox(recipient), inbox -> inbox.size() >= count);
    }

    protected List<MimeMessage> inbox(String recipient) {
        return MAILS.received(recipient);
    }

    /** Waits until no mail to the address is left to be sent. */
    protected void awaitSent(String recipient) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(jdbc.sql("SELECT count(*) FROM mail WHERE recipient = ? AND state = 'waiting'")
                                        .param(recipient)
                                        .query(Integer.class)
                                        .single())
                                .isZero());
    }

    protected static String text(MimeMessage mail) throws Exception {
        return MailServer.text(mail);
    }

    protected static String link(MimeMessage mail) throws Exception {
        return MailServer.link(mail);
    }

    protected static String location(HttpResponse<String> response) {
        return response.headers().firstValue("Location").orElse("nowhere: " + response.statusCode());
    }

    protected List<String> events(User of) {
        return jdbc.sql("""
                        SELECT action FROM (SELECT subject_id, action FROM unsealed_event
                            UNION ALL SELECT subject_id, action FROM audit_event) AS events WHERE subject_id = ?
                        """)
                .param(of.id().toString())
                .query((row, _) -> row.getString(1))
                .list();
    }
}

package dev.bailiwick.server.account.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import dev.bailiwick.server.MailServer;
import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.bounds.Bound;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Invitations that are sent by mail, with a real mail server. */
class InvitationMailTest extends InvitedPeople {

    private static final MailServer MAILS = new MailServer();

    private final String recipient = login + "@example.com";

    @DynamicPropertySource
    static void mail(DynamicPropertyRegistry registry) {
        MAILS.register(registry);
    }

    @BeforeEach
    void start() {
        MAILS.start();
    }

    @AfterEach
    void stop() {
        MAILS.stop();
    }

    @Test
    void onlyWhoeverReadsTheMailCanAccept() throws Exception {
        JsonNode answer = invitedByMail();
        assertThat(answer.has("link")).isFalse();
        assertThat(answer.get("email").asString()).isEqualTo(recipient);

        MimeMessage mail = received(1).getFirst();
        assertThat(mail.getAllRecipients()).extracting(Object::toString).containsExactly(recipient);
        assertThat(mail.getFrom()[0]).hasToString("Example Hosting <panel@example.com>");
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(mail.getSubject()).startsWith("Invitation to ");
        assertThat(MailServer.text(mail)).contains(login);
        await().untilAsserted(
                        () -> assertThat(delivery().get("state").asString()).isEqualTo("sent"));

        String link = MailServer.link(mail);
        assertThat(asNew(link, PASSWORD).getRedirectedUrl()).isEqualTo("/jails");
        assertThat(access(login).jails()).containsOnlyKeys(shop, this.mail);
        assertThat(perform(get(link)).getRedirectedUrl()).isEqualTo(VOID);
        assertThat(jdbc.sql("SELECT email FROM app_user WHERE login = ?")
                        .param(login)
                        .query(String.class)
                        .single())
                .isEqualTo(recipient);
    }

    /** Planting an address: whoever accepts by a link that was passed on does not get the mail of whom it was sent to. */
    @Test
    void remembersNoAddressForAUserWhoWasThereBefore() throws Exception {
        user(login, fixtures.customer());
        invitedByMail();
        String link = MailServer.link(received(1).getFirst());
        assertThat(asExisting(link, PASSWORD).getRedirectedUrl()).isEqualTo("/jails");
        assertThat(jdbc.sql("SELECT count(*) FROM app_user WHERE login = ? AND email IS NULL")
                        .param(login)
                        .query(Integer.class)
                        .single())
                .isOne();
    }

    /** A secret that was sent twice would be two ways in; one that is stored could be read. */
    @Test
    void eachMailReplacesTheLinkOfTheOneBefore() throws Exception {
        invitedByMail();
        String first = MailServer.link(received(1).getFirst());
        await().untilAsserted(
                        () -> assertThat(delivery().get("state").asString()).isEqualTo("sent"));
        assertThat(jdbc.sql("SELECT mail::text FROM mail WHERE recipient = ?")
                        .param(recipient)
                        .query(String.class)
                        .list())
                .noneMatch(row -> row.contains(first.substring(first.lastIndexOf('/') + 1)));

        // As after a server that ended between sending and noting it.
        jdbc.sql("UPDATE mail SET state = 'waiting', next_attempt_at = now() WHERE recipient = ?")
                .param(recipient)
                .update();

        String second = MailServer.link(received(2).get(1));
        assertThat(perform(get(first)).getRedirectedUrl()).isEqualTo(VOID);
        assertThat(asNew(second, PASSWORD).getRedirectedUrl()).isEqualTo("/jails");
    }

    @Test
    void mailWaitsForItsServer() throws Exception {
        MAILS.stop();
        invitedByMail();
        await().untilAsserted(() -> assertThat(delivery().has("error")).isTrue());
        assertThat(delivery().get("state").asString()).isEqualTo("waiting");

        MAILS.start();
        jdbc.sql("UPDATE mail SET next_attempt_at = now() WHERE recipient = ?")
                .param(recipient)
                .update();
        assertThat(MailServer.link(received(1).getFirst())).isNotEmpty();
        await().untilAsserted(() -> {
            assertThat(delivery().get("state").asString()).isEqualTo("sent");
            assertThat(delivery().has("error")).isFalse();
        });
    }

    @Test
    void rejectionIsSaidInTheWordsOfTheMailServer() throws Exception {
        MAILS.stop();
        try (ServerSocket rejecting = new ServerSocket(MAILS.port(), 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> rejectRecipients(rejecting));
            invitedByMail();
            await().untilAsserted(
                            () -> assertThat(delivery().get("state").asString()).isEqualTo("failed"));
        }
        assertThat(delivery().get("error").asString()).contains("550", "No such mailbox");
    }

    private static void rejectRecipients(ServerSocket listening) {
        try (Socket peer = listening.accept();
                var in = new java.io.BufferedReader(
                        new java.io.InputStreamReader(peer.getInputStream(), StandardCharsets.US_ASCII))) {
            say(peer, "220 mail.example.com");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                say(
                        peer,
                        line.startsWith("RCPT")
                                ? "550 No such mailbox"
                                : line.startsWith("QUIT") ? "221 bye" : "250 ok");
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void say(Socket peer, String line) throws IOException {
        peer.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void nothingIsSentOfAnInvitationThatIsWithdrawn() {
        MAILS.stop();
        JsonNode answer = invitedByMail();
        await().untilAsserted(() -> assertThat(delivery().has("error")).isTrue());
        invitations.withdraw(
                owner, customer, InvitationId.parse(answer.get("id").asString()));
        MAILS.start();
        jdbc.sql("UPDATE mail SET next_attempt_at = now() WHERE recipient = ?")
                .param(recipient)
                .update();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(state()).isEqualTo("dropped"));
        assertThat(MAILS.received(recipient)).isEmpty();
    }

    /** Mail abuse: a customer's owner cannot have the panel send as many mails as they like, nor to several at a time. */
    @Test
    void mailsOfACustomerAreBounded() {
        jdbc.sql("""
                        INSERT INTO mail (id, kind, subject_id, customer_id, recipient, created_at, expires_at, state, changed_at, attempts)
                        SELECT gen_random_uuid(), 'invitation', gen_random_uuid(), ?, 'x@example.com', now(), now() + interval '1 day',
                            'sent', now(), 1 FROM generate_series(1, ?)
                        """)
                .params(customer.value(), Bound.MAILS_OF_A_CUSTOMER.value())
                .update();
        assertThat(api.call(owner, HttpMethod.POST, address(), body(recipient)))
                .hasStatus(429)
                .bodyText()
                .contains("leave out the address and send the link yourself");
        for (String wrong :
                List.of("nobody", recipient + ",other@example.com", recipient + "\\r\\nBcc: x@example.com")) {
            MvcTestResult answer = api.call(owner, HttpMethod.POST, address(), body(wrong));
            assertThat(answer).hasStatus(422);
            assertThat(api.json(answer).at("/errors/0/pointer").asString()).isEqualTo("/email");
        }
        assertThat(open()).isZero();
    }

    private JsonNode invitedByMail() {
        return invited(body(recipient));
    }

    private String body(String email) {
        return colleague(login).replaceFirst("\\{", "{\"email\": \"" + Matcher.quoteReplacement(email) + "\", ");
    }

    private JsonNode delivery() {
        JsonNode items = api.json(api.get(owner, address())).get("items");
        return items.get(0).get("mail");
    }

    private String state() {
        return jdbc.sql("SELECT state FROM mail WHERE recipient = ?")
                .param(recipient)
                .query(String.class)
                .single();
    }

    private List<MimeMessage> received(int count) {
        return await().atMost(Duration.ofSeconds(30))
                .until(() -> MAILS.received(recipient), mails -> mails.size() >= count);
    }
}

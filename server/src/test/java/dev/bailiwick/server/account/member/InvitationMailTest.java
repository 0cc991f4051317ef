package dev.bailiwick.server.account.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.bounds.Bound;
import jakarta.mail.Message;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final int PORT = freePort();
    private static final Pattern LINK = Pattern.compile("https://panel\\.example\\.com(/sign-in/invitation/\\S+)");

    private final GreenMail server = new GreenMail(new ServerSetup(PORT, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private final String recipient = login + "@example.com";

    @DynamicPropertySource
    static void mail(DynamicPropertyRegistry registry) {
        registry.add("spring.mail.host", () -> "127.0.0.1");
        registry.add("spring.mail.port", () -> PORT);
        registry.add("bailiwick.mail.from", () -> "Example Hosting <panel@example.com>");
        registry.add("bailiwick.mail.url", () -> "https://panel.example.com");
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
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
        assertThat(text(mail)).contains(login);
        await().untilAsserted(
                        () -> assertThat(delivery().get("state").asString()).isEqualTo("sent"));

        String link = link(mail);
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
        String link = link(received(1).getFirst());
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
        String first = link(received(1).getFirst());
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

        String second = link(received(2).get(1));
        assertThat(perform(get(first)).getRedirectedUrl()).isEqualTo(VOID);
        assertThat(asNew(second, PASSWORD).getRedirectedUrl()).isEqualTo("/jails");
    }

    @Test
    void mailWaitsForItsServer() throws Exception {
        server.stop();
        invitedByMail();
        await().untilAsserted(() -> assertThat(delivery().has("error")).isTrue());
        assertThat(delivery().get("state").asString()).isEqualTo("waiting");

        server.start();
        jdbc.sql("UPDATE mail SET next_attempt_at = now() WHERE recipient = ?")
                .param(recipient)
                .update();
        assertThat(link(received(1).getFirst())).isNotEmpty();
        await().untilAsserted(() -> {
            assertThat(delivery().get("state").asString()).isEqualTo("sent");
            assertThat(delivery().has("error")).isFalse();
        });
    }

    @Test
    void rejectionIsSaidInTheWordsOfTheMailServer() throws Exception {
        server.stop();
        try (ServerSocket rejecting = new ServerSocket(PORT, 50, InetAddress.getLoopbackAddress())) {
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
        server.stop();
        JsonNode answer = invitedByMail();
        await().untilAsserted(() -> assertThat(delivery().has("error")).isTrue());
        invitations.withdraw(
                owner, customer, InvitationId.parse(answer.get("id").asString()));
        server.start();
        jdbc.sql("UPDATE mail SET next_attempt_at = now() WHERE recipient = ?")
                .param(recipient)
                .update();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(state()).isEqualTo("dropped"));
        assertThat(server.getReceivedMessages()).isEmpty();
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
        assertThat(server.waitForIncomingEmail(30_000, count)).isTrue();
        return Arrays.asList(server.getReceivedMessages());
    }

    private static String text(Message mail) throws Exception {
        return String.valueOf(mail.getContent());
    }

    private static String link(Message mail) throws Exception {
        Matcher link = LINK.matcher(text(mail));
        return Optional.of(link)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .orElseThrow();
    }
}

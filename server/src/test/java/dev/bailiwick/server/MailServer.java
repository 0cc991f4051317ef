package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.test.context.DynamicPropertyRegistry;

/** A real mail server on a port of its own, which is down until it is started. */
public final class MailServer {

    private static final Pattern LINK = Pattern.compile("https://panel\\.example\\.com(/sign-in/\\S+)");

    private final int port = freePort();
    private GreenMail running = new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    private static int freePort() {
        try {
            return Ports.take();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has the server under test send its mail here. */
    public void register(DynamicPropertyRegistry registry) {
        registry.add("spring.mail.host", () -> "127.0.0.1");
        registry.add("spring.mail.port", () -> port);
        registry.add("bailiwick.mail.from", () -> "Example Hosting <panel@example.com>");
        registry.add("bailiwick.mail.url", () -> "https://panel.example.com");
    }

    public int port() {
        return port;
    }

    /** Starts it without the mails that it had before. */
    public void start() {
        running = new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        running.start();
    }

    public void stop() {
        running.stop();
    }

    /** Returns the mails to the address since the start, the oldest first. */
    public List<MimeMessage> received(String recipient) {
        return Arrays.stream(running.getReceivedMessages())
                .filter(mail -> to(mail).equals(recipient))
                .toList();
    }

    private static String to(MimeMessage mail) {
        try {
            return mail.getAllRecipients()[0].toString();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String text(Message mail) throws Exception {
        return String.valueOf(mail.getContent());
    }

    /** Returns the path of the link in the mail. */
    public static String link(Message mail) throws Exception {
        Matcher link = LINK.matcher(text(mail));
        assertThat(link.find()).as(text(mail)).isTrue();
        return link.group(1);
    }
}

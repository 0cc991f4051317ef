package dev.bailiwick.server.mail;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The settings of mail beside those of the mail server ({@code spring.mail}).
 *
 * @param from the sender of all mails, such as {@code Example Hosting <panel@example.com>}
 * @param url where people reach the pages, such as {@code https://panel.example.com}, without a slash at its end; links in mails begin
 *     with it
 */
@ConfigurationProperties("bailiwick.mail")
record MailProperties(@Nullable String from, @Nullable URI url) {

    /** @throws MailUnusable if a setting is missing or wrong */
    void requireUsable() {
        if (url == null || !"https".equals(url.getScheme()) || url.getHost() == null || hasPath(url)) {
            throw new MailUnusable(
                    "spring.mail.host is set, so bailiwick.mail.url must be the address of the pages, such as https://panel.example.com");
        }
        InternetAddress _ = sender();
    }

    private static boolean hasPath(URI url) {
        return !url.getRawPath().isEmpty()
                || url.getRawQuery() != null
                || url.getRawFragment() != null
                || url.getRawUserInfo() != null;
    }

    /** @throws MailUnusable if there is no usable one */
    InternetAddress sender() {
        try {
            if (from != null) {
                InternetAddress[] parsed = InternetAddress.parse(from, true);
                if (parsed.length == 1
                        && EmailAddress.of(parsed[0].getAddress()).isPresent()) {
                    return parsed[0];
                }
            }
        } catch (AddressException e) {
            throw new MailUnusable(senderRule(), e);
        }
        throw new MailUnusable(senderRule());
    }

    private static String senderRule() {
        return "spring.mail.host is set, so bailiwick.mail.from must be one sender, such as Example Hosting <panel@example.com>";
    }
}

package dev.bailiwick.server.account.notice;

import dev.bailiwick.server.mail.Letter;
import dev.bailiwick.server.mail.LetterWriter;
import dev.bailiwick.server.mail.MailKind;
import dev.bailiwick.server.mail.Mails;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Writes notices. What happened is also said to somebody who cannot sign in any more, so it needs no link to be read. */
@Component
class NoticeLetter implements LetterWriter {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final JdbcClient jdbc;
    private final Mails mails;
    private final MessageSource messages;

    NoticeLetter(JdbcClient jdbc, Mails mails, MessageSource messages) {
        this.jdbc = jdbc;
        this.mails = mails;
        this.messages = messages;
    }

    @Override
    public MailKind kind() {
        return MailKind.NOTICE;
    }

    @Override
    public Optional<Letter> write(Order order) {
        Notice notice = Notice.parse(order.fact("notice"));
        return jdbc.sql("SELECT login FROM app_user WHERE id = ?")
                .param(order.subject())
                .query(String.class)
                .optional()
                .map(login -> {
                    String what = message("mail.notice." + notice);
                    return new Letter(
                            what,
                            message(
                                    "mail.notice.text",
                                    what,
                                    login,
                                    TIME.format(Instant.parse(order.fact("at"))),
                                    mails.link("/account"),
                                    details(order.fact("detail"))));
                });
    }

    private String details(String detail) {
        return detail.isEmpty() ? "" : message("mail.notice.details", detail);
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}

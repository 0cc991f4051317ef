package dev.bailiwick.server.account.signin.email;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.mail.Letter;
import dev.bailiwick.server.mail.LetterWriter;
import dev.bailiwick.server.mail.MailKind;
import dev.bailiwick.server.mail.Mails;
import java.util.Locale;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;

/** Writes the mail with the link that confirms an address. A mail that is written again replaces the link. */
@Component
class ConfirmationLetter implements LetterWriter {

    private final EmailConfirmations confirmations;
    private final Users users;
    private final Mails mails;
    private final MessageSource messages;

    ConfirmationLetter(EmailConfirmations confirmations, Users users, Mails mails, MessageSource messages) {
        this.confirmations = confirmations;
        this.users = users;
        this.mails = mails;
        this.messages = messages;
    }

    @Override
    public MailKind kind() {
        return MailKind.EMAIL_CONFIRMATION;
    }

    @Override
    public Optional<Letter> write(Order order) {
        UserId id = new UserId(order.subject());
        return users.inSession(id)
                .flatMap(user -> confirmations
                        .replaceSecret(id, order.recipient())
                        .map(secret -> new Letter(
                                message("mail.email.subject"),
                                message(
                                        "mail.email.text",
                                        user.login(),
                                        mails.link("/sign-in/email/" + secret.text())))));
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}

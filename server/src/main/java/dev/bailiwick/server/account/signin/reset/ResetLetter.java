package dev.bailiwick.server.account.signin.reset;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.MailAddresses;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.mail.Letter;
import dev.bailiwick.server.mail.LetterWriter;
import dev.bailiwick.server.mail.MailKind;
import dev.bailiwick.server.mail.Mails;
import java.util.Locale;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;

/** Writes the mail with the link that sets a password, to the address that its user still has. */
@Component
class ResetLetter implements LetterWriter {

    private final PasswordResets resets;
    private final MailAddresses addresses;
    private final Users users;
    private final Mails mails;
    private final MessageSource messages;

    ResetLetter(PasswordResets resets, MailAddresses addresses, Users users, Mails mails, MessageSource messages) {
        this.resets = resets;
        this.addresses = addresses;
        this.users = users;
        this.mails = mails;
        this.messages = messages;
    }

    @Override
    public MailKind kind() {
        return MailKind.PASSWORD_RESET;
    }

    @Override
    public Optional<Letter> write(Order order) {
        UserId id = new UserId(order.subject());
        return addresses
                .of(id)
                .filter(order.recipient()::equals)
                .flatMap(_ -> users.inSession(id))
                .flatMap(user -> resets.mailed(id)
                        .map(secret -> new Letter(
                                message("mail.reset.subject"),
                                message(
                                        "mail.reset.text",
                                        user.login(),
                                        mails.link("/sign-in/reset/" + secret.text())))));
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}

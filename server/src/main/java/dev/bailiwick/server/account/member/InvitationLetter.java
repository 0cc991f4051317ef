package dev.bailiwick.server.account.member;

import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.mail.Letter;
import dev.bailiwick.server.mail.LetterWriter;
import dev.bailiwick.server.mail.MailKind;
import dev.bailiwick.server.mail.Mails;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;

/** Writes the mail to whoever is invited. Its link is the only one that works: a mail that is written again replaces it. */
@Component
class InvitationLetter implements LetterWriter {

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final InvitationRows rows;
    private final OpenInvitations open;
    private final Customers customers;
    private final Mails mails;
    private final MessageSource messages;

    InvitationLetter(
            InvitationRows rows, OpenInvitations open, Customers customers, Mails mails, MessageSource messages) {
        this.rows = rows;
        this.open = open;
        this.customers = customers;
        this.mails = mails;
        this.messages = messages;
    }

    @Override
    public MailKind kind() {
        return MailKind.INVITATION;
    }

    @Override
    public Optional<Letter> write(Order order) {
        return open.find(new InvitationId(order.subject())).map(sent -> {
            Invitation invitation = sent.invitation();
            Secret secret = Secret.fresh("");
            rows.replaceSecret(invitation.id(), secret);
            String customer = customers.find(sent.customer()).orElseThrow().name();
            return new Letter(
                    message("mail.invitation.subject", customer),
                    message(
                            "mail.invitation.text",
                            customer,
                            invitation.login(),
                            mails.link("/sign-in/invitation/" + secret.text()),
                            DAY.format(invitation.expiresAt())));
        });
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}

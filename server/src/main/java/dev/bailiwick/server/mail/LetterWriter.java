package dev.bailiwick.server.mail;

import java.util.Optional;
import java.util.UUID;

/**
 * Writes mails of one kind. A mail is written when it is sent, each time that it is tried: the secret of its link is created only
 * then, and rests nowhere.
 */
public interface LetterWriter {

    MailKind kind();

    /**
     * Writes a mail, in a transaction of its own.
     *
     * @param subject what it is about, see {@link MailKind}
     * @return empty if there is no reason for the mail any more
     */
    Optional<Letter> write(UUID subject);
}

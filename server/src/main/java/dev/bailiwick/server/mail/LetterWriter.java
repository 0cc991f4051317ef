package dev.bailiwick.server.mail;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes mails of one kind. A mail is written when it is sent, each time that it is tried: the secret of its link is created only
 * then, and rests nowhere.
 */
public interface LetterWriter {

    MailKind kind();

    /**
     * A mail to be written.
     *
     * @param subject what it is about, see {@link MailKind}
     * @param recipient where it is sent
     * @param facts what else was known when it was requested
     */
    record Order(UUID subject, EmailAddress recipient, Map<String, String> facts) {
        public Order {
            facts = Map.copyOf(facts);
        }

        /** @throws java.util.NoSuchElementException if it is not known */
        public String fact(String name) {
            return Optional.ofNullable(facts.get(name)).orElseThrow();
        }
    }

    /**
     * Writes a mail, in a transaction of its own.
     *
     * @return empty if there is no reason for the mail any more
     */
    Optional<Letter> write(Order order);
}

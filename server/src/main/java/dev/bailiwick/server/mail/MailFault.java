package dev.bailiwick.server.mail;

import jakarta.mail.MessagingException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.springframework.mail.MailSendException;

/**
 * Why a mail was not sent.
 *
 * @param reason what the mail server said, or what went wrong on the way; one line of at most 500 characters
 * @param lasts whether the mail server will never take this mail: it answered with a code of 500 to 599 (RFC 5321)
 */
record MailFault(String reason, boolean lasts) {

    private static final int MAX_LENGTH = 500;

    private static final int PERMANENT = 5;

    static MailFault of(Exception failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> left = new ArrayDeque<>();
        left.add(failure);
        Throwable last = failure;
        while (!left.isEmpty()) {
            Throwable one = left.poll();
            if (!seen.add(one)) {
                continue;
            }
            Optional<Integer> code = code(one);
            if (code.isPresent()) {
                return new MailFault(line(one), code.get() / 100 == PERMANENT);
            }
            last = one;
            follow(one, left);
        }
        return new MailFault(line(last), false);
    }

    private static void follow(Throwable one, Deque<Throwable> left) {
        if (one instanceof MailSendException several) {
            Collections.addAll(left, several.getMessageExceptions());
        }
        if (one instanceof MessagingException chained && chained.getNextException() != null) {
            left.add(chained.getNextException());
        }
        if (one.getCause() != null) {
            left.add(one.getCause());
        }
    }

    /** Returns the mail server's code, if the failure is its answer. */
    private static Optional<Integer> code(Throwable failure) {
        return switch (failure) {
            case SMTPAddressFailedException address -> Optional.of(address.getReturnCode());
            case SMTPSenderFailedException sender -> Optional.of(sender.getReturnCode());
            // Wraps the answers about single addresses, with a code of its own.
            case SMTPSendFailedException message
            when message.getNextException() == null -> Optional.of(message.getReturnCode());
            default -> Optional.empty();
        };
    }

    private static String line(Throwable failure) {
        String text = String.valueOf(failure.getMessage())
                .replaceAll("\\p{Cntrl}+", " ")
                .strip();
        if (text.isEmpty()) {
            return failure.getClass().getSimpleName();
        }
        return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) : text;
    }
}

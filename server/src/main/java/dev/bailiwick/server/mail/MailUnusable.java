package dev.bailiwick.server.mail;

/** The settings of mail do not suffice. The server does not start. */
final class MailUnusable extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    MailUnusable(String message) {
        super(message);
    }

    MailUnusable(String message, Throwable cause) {
        super(message, cause);
    }
}

package dev.bailiwick.server.host.certificate;

/** The join token is unknown, used or expired; the message does not say which. */
public final class JoinTokenRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JoinTokenRefused() {
        super("the token is unknown, used or expired");
    }
}

package dev.bailiwick.server.host.certificate;

/** A join token is unknown, spent or expired; which of them is not said to whoever shows it. */
public final class JoinTokenRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JoinTokenRefused() {
        super("the token is unknown, spent or expired");
    }
}

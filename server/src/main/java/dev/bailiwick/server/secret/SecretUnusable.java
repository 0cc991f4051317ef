package dev.bailiwick.server.secret;

import org.jspecify.annotations.Nullable;

/** The secret file cannot be used, or is not the one that sealed the secrets in the database. */
public final class SecretUnusable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SecretUnusable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

package dev.bailiwick.server.database;

import org.jspecify.annotations.Nullable;

/** The embedded database cannot be started; the message says what to change. */
public final class DatabaseUnusable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DatabaseUnusable(String message) {
        this(message, null);
    }

    DatabaseUnusable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

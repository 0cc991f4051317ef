package dev.bailiwick.agent.link;

import org.jspecify.annotations.Nullable;

/** This host did not join; the message says why in words for whoever holds the token. */
public final class JoinRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JoinRefused(ServerAddress server, String reason, @Nullable Throwable cause) {
        super("Could not join " + server + ": " + reason, cause);
    }
}

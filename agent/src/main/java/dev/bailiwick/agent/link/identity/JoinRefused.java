package dev.bailiwick.agent.link.identity;

import org.jspecify.annotations.Nullable;

/** A failed attempt to join. The message gives the reason to the operator who runs the command. */
public final class JoinRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JoinRefused(ServerAddress server, String reason, @Nullable Throwable cause) {
        super("Could not join " + server + ": " + reason, cause);
    }
}

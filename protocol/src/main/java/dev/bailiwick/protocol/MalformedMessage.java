package dev.bailiwick.protocol;

import org.jspecify.annotations.Nullable;

/** A peer sent what no peer of this protocol sends; the message names the field and what is wrong with it. */
public final class MalformedMessage extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MalformedMessage(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

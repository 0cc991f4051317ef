package dev.bailiwick.protocol;

import org.jspecify.annotations.Nullable;

/** A violation of the protocol by the other side. The message names the field and the error. */
public final class MalformedMessage extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MalformedMessage(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

package dev.bailiwick.server.mail;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far a mail has come.
 *
 * @param at since when
 * @param error why the last attempt failed
 */
public record Delivery(State state, Instant at, @Nullable String error) {

    /** What has become of a mail. */
    public enum State {
        /** It was not sent yet, or is tried again. */
        WAITING,
        /** The mail server has taken it. */
        SENT,
        /** The mail server has rejected it for good, or did not take it in time. */
        FAILED,
        /** There was no reason for it any more. */
        DROPPED;

        @Override
        @JsonValue
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

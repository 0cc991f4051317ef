package dev.bailiwick.jail.desired;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The reason why a host does not follow the server for one jail until an operator decides.
 *
 * @param above the host follows the server again with any generation above this one
 */
public record Hold(Kind kind, long above) {

    public enum Kind {
        /** The server neither defines the jail nor has removed it. */
        UNKNOWN,
        /** The host has a definition that the server has lost. */
        CHANGED,
        /** The host has removed the jail, and the server has lost the removal. */
        REMOVED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws InvalidValue if no kind has this {@link #text()} */
        public static Kind parse(String text) {
            return Stream.of(values())
                    .filter(kind -> kind.text().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new InvalidValue("must be 'unknown', 'changed' or 'removed'"));
        }
    }
}

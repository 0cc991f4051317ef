package dev.bailiwick.jail;

import java.util.Locale;
import java.util.stream.Stream;

/**
 * Says that a host does not follow the server for one jail until an operator decides.
 *
 * @param above the host follows the server again with any generation above this one
 */
public record Held(Kind kind, long above) {

    public enum Kind {
        /** The server neither names the jail nor has said that it was removed. */
        UNKNOWN,
        /** The host has a definition of it that the server has lost. */
        CHANGED,
        /** The host has removed it, and the server has lost the removal. */
        REMOVED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws InvalidValue if there is no such kind */
        public static Kind parse(String text) {
            return Stream.of(values())
                    .filter(kind -> kind.text().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new InvalidValue("must be 'unknown', 'changed' or 'removed'"));
        }
    }
}

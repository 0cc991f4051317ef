package dev.bailiwick.jail.validation;

import java.util.UUID;

/** The form of ids: a UUID with all its digits and hyphens, in capitals or not. */
public final class CanonicalUuid {

    private static final String FAULT = "is not a UUID";

    private CanonicalUuid() {}

    /** @throws InvalidValue if {@code text} is not a UUID in its canonical form */
    public static UUID parse(String text) {
        UUID value;
        try {
            value = UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidValue(FAULT);
        }
        // It also reads shorter ones.
        if (!value.toString().equalsIgnoreCase(text)) {
            throw new InvalidValue(FAULT);
        }
        return value;
    }
}

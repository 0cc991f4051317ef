package dev.bailiwick.jail.stream;

import dev.bailiwick.jail.validation.CanonicalUuid;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.UUID;

/** Identifies one session of a command in a jail. */
public record ExecId(UUID value) {

    public static ExecId random() {
        return new ExecId(UUID.randomUUID());
    }

    /** @throws InvalidValue if {@code text} is not a UUID */
    public static ExecId parse(String text) {
        return new ExecId(CanonicalUuid.parse(text));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

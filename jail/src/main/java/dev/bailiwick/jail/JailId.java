package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.CanonicalUuid;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.UUID;

/** Identifies a jail for its whole life; a UUIDv7, so ids sort by creation. */
public record JailId(UUID value) implements ObjectId {

    /** @throws InvalidValue if {@code text} is not a UUID */
    public static JailId parse(String text) {
        return new JailId(CanonicalUuid.parse(text));
    }

    @Override
    public ObjectKind kind() {
        return ObjectKind.JAIL;
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.UUID;

/** Identifies a host for its whole life; a UUIDv7. */
public record HostId(UUID value) {

    /** @throws InvalidValue if {@code text} is not a UUID in its canonical form */
    public static HostId parse(String text) {
        try {
            UUID value = UUID.fromString(text);
            if (value.toString().equalsIgnoreCase(text)) {
                return new HostId(value);
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidValue("is not a UUID");
        }
        throw new InvalidValue("is not a UUID");
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

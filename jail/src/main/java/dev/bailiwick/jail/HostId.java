package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.CanonicalUuid;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.UUID;

/** Identifies a host for its whole life; a UUIDv7. */
public record HostId(UUID value) {

    /** @throws InvalidValue if {@code text} is not a UUID in its canonical form */
    public static HostId parse(String text) {
        return new HostId(CanonicalUuid.parse(text));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

package dev.bailiwick.server.network.member;

import dev.bailiwick.jail.validation.CanonicalUuid;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.UUID;
import org.hibernate.id.uuid.UuidVersion7Strategy;

/** Identifies a network of a customer; a UUIDv7. */
public record NetworkId(UUID value) {

    public static NetworkId fresh() {
        return new NetworkId(UuidVersion7Strategy.INSTANCE.generateUuid(null));
    }

    /** @throws InvalidValue if {@code text} is not a UUID in its canonical form */
    public static NetworkId parse(String text) {
        return new NetworkId(CanonicalUuid.parse(text));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

package dev.bailiwick.server.network;

import dev.bailiwick.jail.validation.CanonicalUuid;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.UUID;
import org.hibernate.id.uuid.UuidVersion7Strategy;

/** Identifies an address pool; a UUIDv7. */
public record PoolId(UUID value) {

    static PoolId fresh() {
        return new PoolId(UuidVersion7Strategy.INSTANCE.generateUuid(null));
    }

    /** @throws InvalidValue if {@code text} is not a UUID in its canonical form */
    public static PoolId parse(String text) {
        return new PoolId(CanonicalUuid.parse(text));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

package dev.bailiwick.server.network;

import dev.bailiwick.jail.InvalidValue;
import java.util.UUID;
import org.hibernate.id.uuid.UuidVersion7Strategy;

/** Identifies an address pool; a UUIDv7. */
public record PoolId(UUID value) {

    static PoolId fresh() {
        return new PoolId(UuidVersion7Strategy.INSTANCE.generateUuid(null));
    }

    /** @throws InvalidValue if {@code text} is not a UUID */
    public static PoolId parse(String text) {
        try {
            return new PoolId(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            throw new InvalidValue("is not a UUID");
        }
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

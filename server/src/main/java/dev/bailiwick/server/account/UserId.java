package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.bailiwick.jail.validation.CanonicalUuid;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.UUID;
import org.hibernate.id.uuid.UuidVersion7Strategy;

/** Identifies a person or program that signs in; a UUIDv7. */
public record UserId(UUID value) {

    public static UserId fresh() {
        return new UserId(UuidVersion7Strategy.INSTANCE.generateUuid(null));
    }

    /** @throws InvalidValue if {@code text} is not a UUID in its canonical form */
    @JsonCreator
    public static UserId parse(String text) {
        return new UserId(CanonicalUuid.parse(text));
    }

    @Override
    @JsonValue
    public String toString() {
        return value.toString();
    }
}

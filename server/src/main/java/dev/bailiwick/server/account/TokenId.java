package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.bailiwick.jail.validation.CanonicalUuid;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.UUID;
import org.hibernate.id.uuid.UuidVersion7Strategy;

/** Identifies an API token; a UUIDv7. */
public record TokenId(UUID value) {

    public static TokenId fresh() {
        return new TokenId(UuidVersion7Strategy.INSTANCE.generateUuid(null));
    }

    /** @throws InvalidValue if {@code text} is not a UUID in its canonical form */
    @JsonCreator
    public static TokenId parse(String text) {
        return new TokenId(CanonicalUuid.parse(text));
    }

    @Override
    @JsonValue
    public String toString() {
        return value.toString();
    }
}

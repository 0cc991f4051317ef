package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.bailiwick.jail.validation.CanonicalUuid;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.UUID;

/** Identifies the link between a user and an account at a provider; a UUID. */
public record IdentityId(UUID value) {

    /** @throws InvalidValue if {@code text} is not a UUID in its canonical form */
    @JsonCreator
    public static IdentityId parse(String text) {
        return new IdentityId(CanonicalUuid.parse(text));
    }

    @Override
    @JsonValue
    public String toString() {
        return value.toString();
    }
}

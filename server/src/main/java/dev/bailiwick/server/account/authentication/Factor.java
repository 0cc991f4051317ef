package dev.bailiwick.server.account.authentication;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What somebody has shown to prove who they are. */
public enum Factor {
    PASSWORD,
    /** A key in their device, which the device gives out only to its owner: counts as both factors. */
    PASSKEY,
    /** The word of a provider (OpenID Connect), which asks for what it wants. Shown when the provider asked them last. */
    OIDC,
    /** A link that signs in once. */
    LINK,
    /** The link of an invitation, and a new password. */
    INVITATION,
    /** A one-time code of their authenticator. */
    CODE,
    RECOVERY_CODE;

    /** Returns the factor of this name; empty if there is none. */
    static Optional<Factor> parse(String text) {
        return Arrays.stream(values())
                .filter(factor -> factor.toString().equals(text))
                .findFirst();
    }

    /** Returns the authority that stands for it in Spring Security. */
    public String authority() {
        return "FACTOR_" + name();
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

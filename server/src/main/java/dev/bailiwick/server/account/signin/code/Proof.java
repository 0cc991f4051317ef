package dev.bailiwick.server.account.signin.code;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;

/**
 * What proves once more that a request comes from its user.
 *
 * @param password their password
 * @param code a code of their authenticator, or a recovery code; needed if they have a second factor
 */
@NamedInterface("signin")
public record Proof(
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        String password,

        @Nullable String code) {

    @Override
    public String toString() {
        return "Proof";
    }
}

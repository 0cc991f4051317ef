package dev.bailiwick.server.account.token;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for a new token.
 *
 * @param name its purpose, 1 to 100 characters
 * @param expiresAt when it stops working; null for never
 */
public record TokenRequest(
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) String name,
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) Set<Scope> scopes,
        @Nullable Instant expiresAt) {

    /** @throws InvalidRequest naming the invalid fields */
    public TokenRequest {
        List<Violation> violations = new ArrayList<>();
        FreeText.check("/name", name, 100, violations);
        if (scopes == null || scopes.isEmpty()) {
            violations.add(new Violation("/scopes", "must name at least one scope"));
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        scopes = Set.copyOf(scopes);
    }
}

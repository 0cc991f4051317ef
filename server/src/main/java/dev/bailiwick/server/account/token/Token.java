package dev.bailiwick.server.account.token;

import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An API token without its secret.
 *
 * @param prefix the first characters of its secret
 * @param lastUsedAt to the minute
 */
public record Token(
        TokenId id,
        UserId user,
        String name,
        String prefix,
        Set<Scope> scopes,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt,
        @Nullable Instant revokedAt) {}

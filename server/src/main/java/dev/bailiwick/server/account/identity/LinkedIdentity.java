package dev.bailiwick.server.account.identity;

import dev.bailiwick.server.account.IdentityId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An account at a provider with which a user signs in.
 *
 * @param issuer the provider, by the URL that it calls itself
 * @param provider the provider's name for people; null if nobody can sign in there any more
 * @param account what the provider called the account when it was linked; empty if it said nothing
 * @param lastUsedAt null if it has not signed in yet
 */
public record LinkedIdentity(
        IdentityId id,
        String issuer,
        @Nullable String provider,
        String account,
        Instant linkedAt,
        @Nullable Instant lastUsedAt) {}

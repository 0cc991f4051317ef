package dev.bailiwick.server.account.token;

import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An API token without its secret.
 *
 * @param prefix the first characters of its secret
 * @param networks from where it is accepted; empty for everywhere
 * @param issuedBy the token by which it was created, and with which it is revoked; null for none
 * @param lastUsedAt to the minute
 * @param lastUsedFrom the address of that use; null if it was recorded by an earlier version
 * @param rejectedAt the last use from elsewhere than the networks, to the minute
 * @param rejectedFrom the address of that use
 * @param formerSecretUntil until when the secret before the last rotation works as well; null if it does not
 */
public record Token(
        TokenId id,
        UserId user,
        String name,
        @Nullable String description,
        String prefix,
        Set<Scope> scopes,
        List<Network> networks,
        @Nullable TokenId issuedBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt,
        @Nullable String lastUsedFrom,
        @Nullable Instant rejectedAt,
        @Nullable String rejectedFrom,
        @Nullable Instant formerSecretUntil,
        @Nullable Instant revokedAt) {

    public Token {
        scopes = Set.copyOf(scopes);
        networks = List.copyOf(networks);
    }

    /** Whether it is neither revoked nor expired at this time. */
    boolean isInForce(Instant now) {
        return revokedAt == null && (expiresAt == null || expiresAt.isAfter(now));
    }

    /** Whether it is accepted from the address. */
    public boolean isAcceptedFrom(InetAddress address) {
        return networks.isEmpty() || networks.stream().anyMatch(network -> network.contains(address));
    }
}

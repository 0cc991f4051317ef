package dev.bailiwick.server.page.credential;

import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.token.Network;
import dev.bailiwick.server.account.token.Token;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An API token in a list.
 *
 * @param user the id of its user
 * @param networks from where it is accepted; empty for everywhere
 * @param expires null for never
 * @param used null if never used
 * @param rejected when it was last used from elsewhere than its networks; null for never
 * @param formerUntil until when the secret before the last rotation works; null if it does not
 */
record ShownToken(
        String id,
        String user,
        String name,
        @Nullable String description,
        String prefix,
        List<String> scopes,
        String networks,
        Moment created,
        @Nullable Moment expires,
        boolean expired,
        @Nullable Moment used,
        @Nullable String usedFrom,
        @Nullable Moment rejected,
        @Nullable String rejectedFrom,
        @Nullable Moment formerUntil,
        boolean revoked) {

    static ShownToken of(Token token, Instant now) {
        Instant expiresAt = token.expiresAt();
        return new ShownToken(
                token.id().toString(),
                token.user().toString(),
                token.name(),
                token.description(),
                token.prefix(),
                token.scopes().stream().sorted().map(Scope::toString).toList(),
                token.networks().stream().map(Network::toString).collect(Collectors.joining(", ")),
                Moment.of(token.createdAt(), now),
                moment(expiresAt, now),
                expiresAt != null && !expiresAt.isAfter(now),
                moment(token.lastUsedAt(), now),
                token.lastUsedFrom(),
                moment(token.rejectedAt(), now),
                token.rejectedFrom(),
                moment(token.formerSecretUntil(), now),
                token.revokedAt() != null);
    }

    private static @Nullable Moment moment(@Nullable Instant at, Instant now) {
        return at == null ? null : Moment.of(at, now);
    }
}

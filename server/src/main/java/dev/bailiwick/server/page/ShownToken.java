package dev.bailiwick.server.page;

import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.token.Token;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API token in the list of its owner.
 *
 * @param expires null for never
 * @param used null if never used
 */
record ShownToken(
        String id,
        String name,
        String prefix,
        List<String> scopes,
        Moment created,
        @Nullable Moment expires,
        boolean expired,
        @Nullable Moment used) {

    static ShownToken of(Token token, Instant now) {
        Instant expiresAt = token.expiresAt();
        Instant usedAt = token.lastUsedAt();
        return new ShownToken(
                token.id().toString(),
                token.name(),
                token.prefix(),
                token.scopes().stream().sorted().map(Scope::toString).toList(),
                Moment.of(token.createdAt(), now),
                expiresAt == null ? null : Moment.of(expiresAt, now),
                expiresAt != null && !expiresAt.isAfter(now),
                usedAt == null ? null : Moment.of(usedAt, now));
    }
}

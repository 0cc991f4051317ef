package dev.bailiwick.server.page.account;

import dev.bailiwick.server.account.identity.LinkedIdentity;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A linked account in the list of its user.
 *
 * @param provider the provider's name, or its URL if nobody can sign in there any more
 * @param account what the provider called it; empty if it said nothing
 * @param used null if never used
 */
record ShownIdentity(
        String id,
        String provider,
        String account,
        Moment linked,
        @Nullable Moment used) {

    static ShownIdentity of(LinkedIdentity identity, Instant now) {
        Instant usedAt = identity.lastUsedAt();
        return new ShownIdentity(
                identity.id().toString(),
                Objects.requireNonNullElse(identity.provider(), identity.issuer()),
                identity.account(),
                Moment.of(identity.linkedAt(), now),
                usedAt == null ? null : Moment.of(usedAt, now));
    }
}

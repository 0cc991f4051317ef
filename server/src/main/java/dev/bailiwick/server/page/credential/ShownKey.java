package dev.bailiwick.server.page.credential;

import dev.bailiwick.server.account.key.SshKey;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An SSH key in a list.
 *
 * @param used null if never used
 */
record ShownKey(
        String id,
        String type,
        int bits,
        String fingerprint,
        String comment,
        Moment added,
        @Nullable Moment used) {

    static ShownKey of(SshKey key, Instant now) {
        Instant usedAt = key.lastUsedAt();
        return new ShownKey(
                key.id().toString(),
                key.type(),
                key.bits(),
                key.fingerprint(),
                key.comment(),
                Moment.of(key.createdAt(), now),
                usedAt == null ? null : Moment.of(usedAt, now));
    }
}

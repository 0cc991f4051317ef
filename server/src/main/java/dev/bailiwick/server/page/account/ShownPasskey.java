package dev.bailiwick.server.page.account;

import dev.bailiwick.server.account.passkey.Passkey;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A passkey in the list of its owner.
 *
 * @param used null if never used
 */
record ShownPasskey(
        String id,
        String name,
        String serverName,
        Moment created,
        @Nullable Moment used) {

    static ShownPasskey of(Passkey passkey, Instant now) {
        Instant usedAt = passkey.lastUsedAt();
        return new ShownPasskey(
                passkey.id().toString(),
                passkey.name(),
                passkey.serverName(),
                Moment.of(passkey.createdAt(), now),
                usedAt == null ? null : Moment.of(usedAt, now));
    }
}

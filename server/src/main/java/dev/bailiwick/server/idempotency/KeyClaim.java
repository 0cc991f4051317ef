package dev.bailiwick.server.idempotency;

import dev.bailiwick.server.account.UserId;
import java.util.UUID;

/**
 * The right to carry out the request of a key.
 *
 * @param claim a fence: a later claim on the same key makes this one void
 */
record KeyClaim(UserId user, String key, UUID claim) {

    /** Bound while the request is carried out. */
    static final ScopedValue<KeyClaim> CURRENT = ScopedValue.newInstance();
}

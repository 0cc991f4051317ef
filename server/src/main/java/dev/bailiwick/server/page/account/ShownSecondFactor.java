package dev.bailiwick.server.page.account;

import dev.bailiwick.server.account.factor.SecondFactor;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether a user has a second factor, as pages show it.
 *
 * @param since null if the user has none
 */
record ShownSecondFactor(@Nullable Moment since, int recoveryCodes) {

    static ShownSecondFactor of(SecondFactor factor, Instant now) {
        Instant since = factor.since();
        return new ShownSecondFactor(since == null ? null : Moment.of(since, now), factor.recoveryCodes());
    }
}

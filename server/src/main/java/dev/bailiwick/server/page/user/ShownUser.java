package dev.bailiwick.server.page.user;

import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A user in a list, and on a page of their own.
 *
 * @param disabled when the user was disabled; null if enabled
 */
record ShownUser(
        String id,
        String login,
        String role,
        boolean staff,
        Moment created,
        @Nullable Moment disabled) {

    static ShownUser of(User user, Instant now) {
        Instant disabledAt = user.disabledAt();
        return new ShownUser(
                user.id().toString(),
                user.login(),
                user.role().toString(),
                user.role().isStaff(),
                Moment.of(user.createdAt(), now),
                disabledAt == null ? null : Moment.of(disabledAt, now));
    }
}

package dev.bailiwick.server.page.user;

import dev.bailiwick.server.account.session.UserSession;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;

/** A session of another user. */
record ShownSessionOf(String address, String device, Moment begun, Moment used) {

    static ShownSessionOf of(UserSession session, Instant now) {
        return new ShownSessionOf(
                session.address(),
                session.device(),
                Moment.of(session.begunAt(), now),
                Moment.of(session.lastUsedAt(), now));
    }
}

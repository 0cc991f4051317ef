package dev.bailiwick.server.page.account;

import dev.bailiwick.server.account.session.UserSession;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;

/** A session of a user, as the account page shows it. */
record ShownSession(String key, String address, String device, String by, Moment begun, Moment used, boolean current) {

    static ShownSession of(UserSession session, Instant now) {
        return new ShownSession(
                session.key(),
                session.address(),
                session.device(),
                session.by(),
                Moment.of(session.begunAt(), now),
                Moment.of(session.lastUsedAt(), now),
                session.current());
    }
}

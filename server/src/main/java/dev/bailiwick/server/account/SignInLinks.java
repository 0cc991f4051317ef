package dev.bailiwick.server.account;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Links that sign one user in, once. */
@Service
class SignInLinks {

    private final JdbcClient jdbc;
    private final Users users;
    private final Clock clock;

    SignInLinks(JdbcClient jdbc, Users users, Clock clock) {
        this.jdbc = jdbc;
        this.users = users;
        this.clock = clock;
    }

    @Transactional
    Secret issue(UserId user, Duration validity) {
        Secret secret = Secret.fresh("");
        Instant now = clock.instant();
        jdbc.sql("INSERT INTO sign_in_link (hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)")
                .params(secret.hash(), user.value(), Timestamp.from(now), Timestamp.from(now.plus(validity)))
                .update();
        return secret;
    }

    /** Whose link it is, while it can be used; looking changes nothing. */
    @Transactional(readOnly = true)
    Optional<Caller> whose(String secret) {
        return jdbc.sql("SELECT user_id FROM sign_in_link WHERE hash = ? AND used_at IS NULL AND expires_at > ?")
                .params(new Secret(secret).hash(), Timestamp.from(clock.instant()))
                .query(UUID.class)
                .optional()
                .flatMap(user -> users.inSession(new UserId(user)));
    }

    /** Uses the link up. If two use it at once, one is signed in. */
    @Transactional
    Optional<Caller> redeem(String secret) {
        Instant now = clock.instant();
        return jdbc.sql("""
                        UPDATE sign_in_link SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ?
                        RETURNING user_id
                        """)
                .params(Timestamp.from(now), new Secret(secret).hash(), Timestamp.from(now))
                .query(UUID.class)
                .optional()
                .flatMap(user -> users.signInByLink(new UserId(user)));
    }
}

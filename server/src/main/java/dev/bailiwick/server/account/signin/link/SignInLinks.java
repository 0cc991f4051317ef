package dev.bailiwick.server.account.signin.link;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Users;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
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
public class SignInLinks {

    private final JdbcClient jdbc;
    private final Users users;
    private final ApiTokens tokens;
    private final Clock clock;

    SignInLinks(JdbcClient jdbc, Users users, ApiTokens tokens, Clock clock) {
        this.jdbc = jdbc;
        this.users = users;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** The user of a redeemed link, and the token that the session must not outlive. */
    record SignIn(Caller caller, Optional<TokenId> token) {}

    /**
     * Creates a link.
     *
     * @param token the token that requested the link; empty if none did
     */
    @Transactional
    public Secret issue(UserId user, Duration validity, Optional<TokenId> token) {
        Secret secret = Secret.fresh("");
        Instant now = clock.instant();
        jdbc.sql("""
                        INSERT INTO sign_in_link (hash, user_id, created_at, expires_at, token_id)
                        VALUES (:hash, :user, :now, :end, :token)
                        """)
                .param("hash", secret.hash())
                .param("user", user.value())
                .param("now", Timestamp.from(now))
                .param("end", Timestamp.from(now.plus(validity)))
                .param("token", token.map(TokenId::value).orElse(null), Types.OTHER)
                .update();
        return secret;
    }

    /** Returns the user of a usable link, without using it. */
    @Transactional(readOnly = true)
    public Optional<Caller> whose(String secret) {
        return jdbc.sql(
                        "SELECT user_id, token_id FROM sign_in_link WHERE hash = ? AND used_at IS NULL AND expires_at > ?")
                .params(new Secret(secret).hash(), Timestamp.from(clock.instant()))
                .query((row, number) -> Target.of(row))
                .optional()
                .filter(this::holds)
                .flatMap(target -> users.inSession(target.user()));
    }

    /** Uses the link. If two requests use it at the same time, only one gets its user. */
    @Transactional
    Optional<SignIn> redeem(String secret) {
        Instant now = clock.instant();
        return jdbc.sql("""
                        UPDATE sign_in_link SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ?
                        RETURNING user_id, token_id
                        """)
                .params(Timestamp.from(now), new Secret(secret).hash(), Timestamp.from(now))
                .query((row, number) -> Target.of(row))
                .optional()
                .filter(this::holds)
                .flatMap(target -> users.inSession(target.user()).map(caller -> new SignIn(caller, target.token())));
    }

    private boolean holds(Target target) {
        return target.token().isEmpty() || tokens.inForce(target.token().get()).isPresent();
    }

    /** The data of a link. */
    private record Target(UserId user, Optional<TokenId> token) {

        static Target of(ResultSet row) throws SQLException {
            return new Target(
                    new UserId(row.getObject("user_id", UUID.class)),
                    Optional.ofNullable(row.getObject("token_id", UUID.class)).map(TokenId::new));
        }
    }
}

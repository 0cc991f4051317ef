package dev.bailiwick.server.account.token;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.server.account.Access;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.AccessRows;
import dev.bailiwick.server.database.RowAccess;
import java.net.InetAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Finds the token of a request by its secret, and records the use. */
@Repository
class TokenUses {

    private static final Duration PRECISION = Duration.ofMinutes(1);

    private final AccessRows access;
    private final JdbcClient jdbc;
    private final Clock clock;

    TokenUses(AccessRows access, JdbcClient jdbc, Clock clock) {
        this.access = access;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** A use that is recorded at most once every {@link #PRECISION}, so that a busy token does not cost a write for each request. */
    private enum Use {
        ACCEPTED("last_used"),
        REJECTED("rejected");

        private final String column;

        Use(String column) {
            this.column = column;
        }

        String at() {
            return column + "_at";
        }

        String from() {
            return column + "_from";
        }
    }

    /** @param recordedAt when this use of the token was recorded last; null for never */
    private record Match(
            ApiTokens.Holder holder, Use use, @Nullable Instant recordedAt) {}

    /** See {@link ApiTokens#authenticate}. */
    Optional<ApiTokens.Holder> authenticate(String secret, InetAddress from) {
        // Nobody is known yet.
        return secret.startsWith(ApiTokens.KIND)
                ? RowAccess.everything().call(() -> find(secret, from))
                : Optional.empty();
    }

    private Optional<ApiTokens.Holder> find(String secret, InetAddress from) {
        Instant now = clock.instant();
        Optional<Match> match = jdbc.sql("""
                        SELECT t.id, t.scopes, t.networks, t.last_used_at, t.rejected_at, t.expires_at, u.id AS user_id,
                            u.login, u.role, u.access_version
                        FROM api_token t JOIN app_user u ON u.id = t.user_id
                        WHERE (t.hash = :hash OR t.former_hash = :hash AND t.former_until > :now)
                            AND t.revoked_at IS NULL AND u.disabled_at IS NULL
                            AND (t.expires_at IS NULL OR t.expires_at > :now)
                        """)
                .param("hash", new Secret(secret).hash())
                .param("now", Timestamp.from(now))
                .query((row, index) -> match(row, from))
                .optional();
        match.filter(found -> found.recordedAt == null
                        || found.recordedAt.plus(PRECISION).isBefore(now))
                .ifPresent(found -> record(found.holder.token(), found.use, from, now));
        return match.filter(found -> found.use == Use.ACCEPTED)
                .map(Match::holder)
                .map(this::reaching);
    }

    private static Match match(ResultSet row, InetAddress from) throws SQLException {
        Role role = Role.parse(row.getString("role"));
        // The role may have been lowered since the token was created.
        Set<Scope> scopes = texts(row, "scopes")
                .map(Scope::parse)
                .filter(role.scopes()::contains)
                .collect(Collectors.toSet());
        TokenId token = new TokenId(row.getObject("id", UUID.class));
        Caller caller = new Caller(
                new UserId(row.getObject("user_id", UUID.class)),
                row.getString("login"),
                role,
                Access.of(role).at(row.getLong("access_version")),
                scopes,
                Optional.ofNullable(instant(row, "expires_at")),
                Optional.of(token));
        boolean limited = texts(row, "networks").findAny().isPresent();
        Use use = !limited || texts(row, "networks").map(Network::parse).anyMatch(network -> network.contains(from))
                ? Use.ACCEPTED
                : Use.REJECTED;
        return new Match(new ApiTokens.Holder(token, caller), use, instant(row, use.at()));
    }

    private static java.util.stream.Stream<String> texts(ResultSet row, String column) throws SQLException {
        return Arrays.stream((String[]) row.getArray(column).getArray());
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    /** Returns the holder with the access that memberships give. */
    private ApiTokens.Holder reaching(ApiTokens.Holder holder) {
        Caller caller = holder.caller();
        return caller.role().isStaff()
                ? holder
                : new ApiTokens.Holder(
                        holder.token(),
                        caller.reaching(access.read(
                                caller.user(), caller.role(), caller.access().version())));
    }

    /** If several requests come at once, one records its use and the others do not wait. */
    private void record(TokenId token, Use use, InetAddress from, Instant now) {
        jdbc.sql("""
                        WITH free AS (
                            SELECT id FROM api_token WHERE id = :id AND (%1$s IS NULL OR %1$s < :stale)
                            FOR NO KEY UPDATE SKIP LOCKED)
                        UPDATE api_token t SET %1$s = :now, %2$s = :from FROM free WHERE t.id = free.id
                        """.formatted(use.at(), use.from()))
                .param("id", token.value())
                .param("now", Timestamp.from(now))
                .param("from", IpAddress.text(from))
                .param("stale", Timestamp.from(now.minus(PRECISION)))
                .update();
    }
}

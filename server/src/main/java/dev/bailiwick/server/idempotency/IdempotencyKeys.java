package dev.bailiwick.server.idempotency;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.database.RowAccess;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The idempotency keys and their answers, in the same database as the effects of the requests.
 *
 * <p>INVARIANT: a request's transaction commits only while its claim is valid, and marks the key as effected in the same
 * transaction. So a claim without an effect may be taken over at any time: its former holder can no longer commit.
 */
@Component
class IdempotencyKeys {

    /** The next request with the key takes over a claim that took no effect for so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Longer than any request lasts after its effect: a request waits for a host for up to a minute. */
    private static final Duration MAX_ANSWER = Duration.ofSeconds(90);

    private static final Duration KEPT = Duration.ofHours(24);
    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    IdempotencyKeys(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    KeyState claim(Caller caller, String key, byte[] requestHash) {
        Instant now = clock.instant();
        UserId user = caller.user();
        KeyClaim wanted = new KeyClaim(user, key, UUID.randomUUID());
        boolean claimed = jdbc.sql("""
                                INSERT INTO idempotency_key AS known (user_id, key, request_hash, claim, claimed_at, created_at,
                                    access_version, scopes)
                                VALUES (:user, :key, :hash, :claim, :now, :now, :version, :scopes::text[])
                                ON CONFLICT (user_id, key) DO UPDATE SET claim = :claim, claimed_at = :now,
                                    access_version = :version, scopes = excluded.scopes
                                WHERE known.status IS NULL AND NOT known.effected AND known.request_hash = :hash
                                    AND known.claimed_at < :stale
                                """)
                        .param("user", user.value())
                        .param("key", key)
                        .param("hash", requestHash)
                        .param("claim", wanted.claim())
                        .param("version", caller.access().version())
                        .param(
                                "scopes",
                                caller.scopes().stream()
                                        .map(Scope::toString)
                                        .collect(Collectors.joining(",", "{", "}")))
                        .param("now", Timestamp.from(now))
                        .param("stale", Timestamp.from(now.minus(PATIENCE)))
                        .update()
                == 1;
        return claimed ? new KeyState.Claimed(wanted) : look(caller, key, requestHash);
    }

    private KeyState look(Caller caller, String key, byte[] requestHash) {
        return jdbc.sql("SELECT * FROM idempotency_key WHERE user_id = ? AND key = ?")
                .params(caller.user().value(), key)
                .query((row, index) -> {
                    if (!Arrays.equals(row.getBytes("request_hash"), requestHash)) {
                        return new KeyState.Reused();
                    }
                    int status = row.getInt("status");
                    if (!row.wasNull()) {
                        return mayStill(caller, row)
                                ? new KeyState.Answered(new Answer(
                                        status,
                                        json.readValue(row.getString("headers"), HEADERS),
                                        row.getBytes("body")))
                                : new KeyState.AnswerWithheld();
                    }
                    Instant claimedAt = row.getTimestamp("claimed_at").toInstant();
                    boolean abandoned =
                            claimedAt.plus(MAX_ANSWER).isBefore(clock.instant()) && row.getBoolean("effected");
                    return abandoned ? new KeyState.AnswerLost() : new KeyState.InProgress();
                })
                .optional()
                // The holder gave the claim up since the attempt to take it.
                .orElseGet(KeyState.InProgress::new);
    }

    /** Whether the caller has all rights, by its user and by its session or token, with which the request came. */
    private static boolean mayStill(Caller caller, ResultSet row) throws SQLException {
        return row.getLong("access_version") == caller.access().version()
                && Arrays.stream((String[]) row.getArray("scopes").getArray())
                        .allMatch(scope -> caller.has(Scope.parse(scope)));
    }

    /** @throws RequestTakenOver if another request has taken over the claim */
    void markEffected(KeyClaim claim) {
        int rows = jdbc.sql("UPDATE idempotency_key SET effected = true WHERE user_id = ? AND key = ? AND claim = ?")
                .params(claim.user().value(), claim.key(), claim.claim())
                .update();
        if (rows == 0) {
            throw new RequestTakenOver();
        }
    }

    void keep(KeyClaim claim, Answer answer) {
        jdbc.sql("""
                        UPDATE idempotency_key SET status = ?, headers = ?::jsonb, body = ?
                        WHERE user_id = ? AND key = ? AND claim = ?
                        """)
                .params(
                        answer.status(),
                        json.writeValueAsString(answer.headers()),
                        answer.body(),
                        claim.user().value(),
                        claim.key(),
                        claim.claim())
                .update();
    }

    /** Gives the claim up if the request took no effect; returns whether it did. */
    boolean giveUp(KeyClaim claim) {
        return jdbc.sql("DELETE FROM idempotency_key WHERE user_id = ? AND key = ? AND claim = ? AND NOT effected")
                        .params(claim.user().value(), claim.key(), claim.claim())
                        .update()
                == 1;
    }

    @Scheduled(fixedDelayString = "PT1H", initialDelayString = "PT5M")
    @SchedulerLock(name = "forget-idempotency-keys", lockAtMostFor = "PT10M")
    void forgetOld() {
        RowAccess.everything()
                .run(() -> jdbc.sql("DELETE FROM idempotency_key WHERE created_at < ?")
                        .param(Timestamp.from(clock.instant().minus(KEPT)))
                        .update());
    }
}

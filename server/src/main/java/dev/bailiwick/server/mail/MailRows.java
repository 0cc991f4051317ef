package dev.bailiwick.server.mail;

import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The rows of mails. */
@Repository
class MailRows {

    private static final TypeReference<Map<String, String>> FACTS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;

    MailRows(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * A mail that is being sent.
     *
     * @param attempt 1 for the first attempt
     */
    record Due(UUID id, MailKind kind, LetterWriter.Order order, int attempt) {}

    void insert(MailKind kind, LetterWriter.Order order, Optional<UUID> customer, Instant now, Instant expiresAt) {
        jdbc.sql("""
                        INSERT INTO mail (id, kind, subject_id, customer_id, recipient, facts, created_at, expires_at, state,
                            changed_at, attempts, next_attempt_at)
                        VALUES (gen_random_uuid(), :kind, :subject, :customer, :recipient, :facts::jsonb, :now, :end, 'waiting', :now, 0, :now)
                        """)
                .param("kind", kind.toString())
                .param("subject", order.subject())
                .param("customer", customer.orElse(null), Types.OTHER)
                .param("recipient", order.recipient().text())
                .param("facts", json.writeValueAsString(order.facts()))
                .param("now", Timestamp.from(now))
                .param("end", Timestamp.from(expiresAt))
                .update();
    }

    int countOfCustomer(UUID customer, Instant since) {
        return jdbc.sql("SELECT count(*) FROM mail WHERE customer_id = ? AND created_at > ?")
                .params(customer, Timestamp.from(since))
                .query(Integer.class)
                .single();
    }

    int countOfSubject(MailKind kind, UUID subject, Instant since) {
        return jdbc.sql("SELECT count(*) FROM mail WHERE kind = ? AND subject_id = ? AND created_at > ?")
                .params(kind.toString(), subject, Timestamp.from(since))
                .query(Integer.class)
                .single();
    }

    int countOfNotices(UUID user, String notice, Instant since) {
        return jdbc.sql("""
                        SELECT count(*) FROM mail
                        WHERE kind = 'notice' AND subject_id = ? AND facts ->> 'notice' = ? AND created_at > ?
                        """)
                .params(user, notice, Timestamp.from(since))
                .query(Integer.class)
                .single();
    }

    /**
     * Takes the mail that waits longest. No other replica tries it until the lease ends.
     *
     * @param lease longer than an attempt takes
     */
    Optional<Due> take(Instant now, Duration lease) {
        return jdbc.sql("""
                        UPDATE mail SET next_attempt_at = :lease, attempts = attempts + 1
                        WHERE id = (SELECT id FROM mail WHERE state = 'waiting' AND next_attempt_at <= :now
                            ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                        RETURNING id, kind, subject_id, recipient, facts, attempts
                        """)
                .param("lease", Timestamp.from(now.plus(lease)))
                .param("now", Timestamp.from(now))
                .query((row, number) -> new Due(
                        row.getObject("id", UUID.class),
                        MailKind.parse(row.getString("kind")),
                        new LetterWriter.Order(
                                row.getObject("subject_id", UUID.class),
                                new EmailAddress(row.getString("recipient")),
                                json.readValue(row.getString("facts"), FACTS)),
                        row.getInt("attempts")))
                .optional();
    }

    /** Says what became of a mail for good. */
    void end(Due mail, Delivery.State state, Optional<String> error, Instant now) {
        jdbc.sql("""
                        UPDATE mail SET state = :state, changed_at = :now, error = :error, next_attempt_at = NULL
                        WHERE id = :id AND attempts = :attempt AND state = 'waiting'
                        """)
                .param("state", state.toString())
                .param("now", Timestamp.from(now))
                .param("error", error.orElse(null), Types.VARCHAR)
                .param("id", mail.id())
                .param("attempt", mail.attempt())
                .update();
    }

    /** Has a mail tried again, unless it would expire before: then it failed. */
    void retry(Due mail, String error, Instant next, Instant now) {
        jdbc.sql("""
                        UPDATE mail SET error = :error, changed_at = :now,
                            state = CASE WHEN expires_at > :next::timestamptz THEN 'waiting' ELSE 'failed' END,
                            next_attempt_at = CASE WHEN expires_at > :next::timestamptz THEN :next::timestamptz END
                        WHERE id = :id AND attempts = :attempt AND state = 'waiting'
                        """)
                .param("error", error)
                .param("next", Timestamp.from(next))
                .param("now", Timestamp.from(now))
                .param("id", mail.id())
                .param("attempt", mail.attempt())
                .update();
    }

    /** Returns the latest mail about each of the subjects that has one. */
    Map<UUID, Delivery> deliveries(MailKind kind, Collection<UUID> subjects) {
        record Found(UUID subject, Delivery delivery) {}
        return jdbc
                .sql("""
                        SELECT DISTINCT ON (subject_id) subject_id, state, changed_at, error FROM mail
                        WHERE kind = :kind AND subject_id = ANY (:subjects::uuid[]) ORDER BY subject_id, created_at DESC
                        """)
                .param("kind", kind.toString())
                .param("subjects", subjects.stream().map(UUID::toString).collect(Collectors.joining(",", "{", "}")))
                .query((row, number) -> new Found(
                        row.getObject("subject_id", UUID.class),
                        new Delivery(
                                Delivery.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                                row.getTimestamp("changed_at").toInstant(),
                                row.getString("error"))))
                .list()
                .stream()
                .collect(Collectors.toMap(Found::subject, Found::delivery));
    }

    /** Removes mails that are over, except those that still count. */
    void removeOld(Instant createdBefore, Instant now) {
        jdbc.sql("DELETE FROM mail WHERE created_at < ? AND expires_at < ?")
                .params(Timestamp.from(createdBefore), Timestamp.from(now))
                .update();
    }
}

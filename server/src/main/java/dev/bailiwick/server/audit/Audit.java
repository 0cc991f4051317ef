package dev.bailiwick.server.audit;

import jakarta.persistence.EntityManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Records events in the transaction that they belong to, and reads them. */
@Service
public class Audit {

    private static final TypeReference<Map<String, Object>> DETAIL = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;
    private final EntityManager entities;
    private final Sealer sealer;

    Audit(JdbcClient jdbc, JsonMapper json, Clock clock, EntityManager entities, Sealer sealer) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
        this.entities = entities;
        this.sealer = sealer;
    }

    /**
     * Records an event with the current transaction: both are committed, or neither.
     *
     * <p>The event is written just before the commit and sealed a few milliseconds after it; readers see only sealed events.
     *
     * @param actor for example {@code caller.actor()}, or {@code host:<id>}
     * @throws IllegalArgumentException if the event has no type, or its type belongs to another kind of subject
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void record(String actor, Subject subject, Event what) {
        PendingEvent event =
                new PendingEvent(clock.instant(), actor, subject, type(subject, what), json.writeValueAsString(what));
        for (TransactionSynchronization known : TransactionSynchronizationManager.getSynchronizations()) {
            if (known instanceof WriteBeforeCommit writing) {
                writing.events.add(event);
                return;
            }
        }
        WriteBeforeCommit writing = new WriteBeforeCommit();
        writing.events.add(event);
        TransactionSynchronizationManager.registerSynchronization(writing);
    }

    private static EventType type(Subject subject, Event event) {
        EventType type = event.getClass().getAnnotation(EventType.class);
        if (type == null || !type.action().startsWith(subject.kind() + ".")) {
            throw new IllegalArgumentException(event + " is not an event of a " + subject.kind());
        }
        return type;
    }

    /** Returns the events after a number, oldest first. */
    @Transactional(readOnly = true)
    public List<AuditEvent> after(long number, int limit) {
        return jdbc.sql("SELECT * FROM audit_event WHERE id > ? ORDER BY id LIMIT ?")
                .params(number, limit)
                .query((row, index) -> event(row))
                .list();
    }

    /** Returns the events after a number that a customer may see, oldest first. */
    @Transactional(readOnly = true)
    public List<AuditEvent> after(long number, int limit, UUID customer) {
        return jdbc.sql("SELECT * FROM audit_event WHERE customer_id = ? AND id > ? ORDER BY id LIMIT ?")
                .params(customer, number, limit)
                .query((row, index) -> event(row))
                .list();
    }

    /** Returns the latest events about one subject, newest first. */
    @Transactional(readOnly = true)
    public List<AuditEvent> latest(String subjectKind, String subjectId, int limit) {
        return jdbc.sql("SELECT * FROM audit_event WHERE subject_kind = ? AND subject_id = ? ORDER BY id DESC LIMIT ?")
                .params(subjectKind, subjectId, limit)
                .query((row, index) -> event(row))
                .list();
    }

    /** Returns the latest events about one subject that a customer may see, newest first. */
    @Transactional(readOnly = true)
    public List<AuditEvent> latest(String subjectKind, String subjectId, UUID customer, int limit) {
        return jdbc.sql("""
                        SELECT * FROM audit_event WHERE subject_kind = ? AND subject_id = ? AND customer_id = ?
                        ORDER BY id DESC LIMIT ?
                        """)
                .params(subjectKind, subjectId, customer, limit)
                .query((row, index) -> event(row))
                .list();
    }

    /**
     * Returns when the definition of a jail of a customer was changed, the oldest first. Other events of the jail, of which there may be
     * many, cost no time.
     *
     * @param from the first moment
     * @param to the moment after the last
     */
    @Transactional(readOnly = true)
    public List<Instant> changesOfJail(String jail, UUID customer, Instant from, Instant to, int limit) {
        return jdbc.sql("""
                        SELECT at FROM audit_event
                        WHERE subject_kind = 'jail' AND action = 'jail.changed' AND subject_id = ? AND customer_id = ?
                            AND at >= ? AND at < ?
                        ORDER BY at LIMIT ?
                        """)
                .params(jail, customer, Timestamp.from(from), Timestamp.from(to), limit)
                .query((row, index) -> row.getTimestamp("at").toInstant())
                .list();
    }

    /** Returns the latest events about any subject, newest first. */
    @Transactional(readOnly = true)
    public List<AuditEvent> latest(int limit) {
        return jdbc.sql("SELECT * FROM audit_event ORDER BY id DESC LIMIT ?")
                .param(limit)
                .query((row, index) -> event(row))
                .list();
    }

    /**
     * Checks the whole chain. The chain itself does not show that rows at its end were deleted: compare {@link #head} with an
     * earlier one.
     *
     * @return the number of the first event that was changed, or whose predecessor is missing
     */
    @Transactional(readOnly = true)
    public Optional<Long> firstBrokenLink() {
        return jdbc.sql("""
                        SELECT id FROM (
                            SELECT event.id, event.hash, event.previous_hash, audit_event_hash(event) AS expected,
                                lag(event.hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY event.id) AS predecessor,
                                row_number() OVER (ORDER BY event.id) AS position
                            FROM audit_event event) chain
                        WHERE hash <> expected OR previous_hash <> predecessor OR id <> position
                        ORDER BY id LIMIT 1
                        """).query(Long.class).optional();
    }

    /** Returns the number and hash of the latest event. Note it outside of the database to detect deleted rows later. */
    @Transactional(readOnly = true)
    public Optional<Head> head() {
        return jdbc.sql("SELECT id, encode(hash, 'hex') FROM audit_event ORDER BY id DESC LIMIT 1")
                .query((row, index) -> new Head(row.getLong(1), row.getString(2)))
                .optional();
    }

    private AuditEvent event(ResultSet row) throws SQLException {
        @Nullable UUID customer = row.getObject("customer_id", UUID.class);
        return new AuditEvent(
                row.getLong("id"),
                row.getTimestamp("at").toInstant(),
                row.getString("actor"),
                new Subject(row.getString("subject_kind"), row.getString("subject_id"), customer),
                row.getString("action"),
                row.getInt("version"),
                json.readValue(row.getString("detail"), DETAIL));
    }

    private void write(List<PendingEvent> events) {
        jdbc.sql("""
                        INSERT INTO unsealed_event (at, actor, customer_id, subject_kind, subject_id, action, version, detail)
                        SELECT at, actor, customer, kind, id, action, version, detail::jsonb
                        FROM unnest(?::timestamptz[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::int[], ?::text[])
                            WITH ORDINALITY AS e(at, actor, customer, kind, id, action, version, detail, position)
                        ORDER BY position
                        """)
                .param(each(events, event -> event.at.truncatedTo(ChronoUnit.MICROS)))
                .param(each(events, PendingEvent::actor))
                .param(each(events, event -> event.subject.customer()))
                .param(each(events, event -> event.subject.kind()))
                .param(each(events, event -> event.subject.id()))
                .param(each(events, event -> event.type.action()))
                .param(each(events, event -> event.type.version()))
                .param(each(events, PendingEvent::detail))
                .update();
    }

    private static @Nullable String[] each(List<PendingEvent> events, Function<PendingEvent, @Nullable Object> part) {
        return events.stream()
                .map(part)
                .<@Nullable String>map(value -> value == null ? null : value.toString())
                .toArray(String[]::new);
    }

    /** The end of the chain. */
    public record Head(long number, String hash) {}

    private record PendingEvent(Instant at, String actor, Subject subject, EventType type, String detail) {}

    private final class WriteBeforeCommit implements TransactionSynchronization {
        private final List<PendingEvent> events = new ArrayList<>();

        @Override
        public int getOrder() {
            return Ordered.LOWEST_PRECEDENCE;
        }

        @Override
        public void beforeCommit(boolean readOnly) {
            // First the row locks that a change waits for: events are numbered in the order of their writing.
            entities.flush();
            write(events);
        }

        @Override
        public void afterCommit() {
            sealer.wake();
        }
    }
}

package dev.bailiwick.server.denial;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.denial.DeniedCalls.DeniedCall;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Blocked calls, counted by the hour; counts are kept for thirty days. */
@Service
public class Denials {

    /** How long an hour's counts are kept. */
    public static final Duration KEPT = Duration.ofDays(30);

    /**
     * Twice the number of system calls, and more than the combinations of call and answer that filters give. Limits what a host can
     * invent.
     */
    private static final int MAX_ROWS_OF_AN_HOUR = 1_000;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Jails jails;
    private final Clock clock;

    Denials(JdbcClient jdbc, JsonMapper json, Jails jails, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.jails = jails;
        this.clock = clock;
    }

    /**
     * Counts a batch in one transaction; a batch that was counted before changes nothing. Rows about jails of other hosts are
     * ignored, as are rows beyond the bound for one hour of a jail.
     *
     * @param run the run of the agent, which numbers its batches from 1
     */
    @Transactional
    public void count(HostId host, UUID run, long sequence, Collection<Denial> denials) {
        int isNew = jdbc.sql("""
                        INSERT INTO denial_batch AS b (host_id, run, sequence) VALUES (?, ?, ?)
                        ON CONFLICT (host_id) DO UPDATE SET run = excluded.run, sequence = excluded.sequence
                        WHERE b.run <> excluded.run OR b.sequence < excluded.sequence
                        """).params(host.value(), run, sequence).update();
        if (isNew == 0 || denials.isEmpty()) {
            return;
        }
        // ON CONFLICT updates a row only once in a statement, so keys are unique; their order prevents deadlocks.
        Map<String, StoredDenial> rows = new TreeMap<>();
        Instant now = clock.instant();
        for (Denial denial : denials) {
            StoredDenial row = StoredDenial.of(denial, now);
            rows.merge(row.key(), row, StoredDenial::plus);
        }
        jdbc.sql("""
                        INSERT INTO denial AS d (jail_id, hour, call, answer, count, at_least, last_seen)
                        SELECT j.id, r.hour, r.call, r.answer, r.count, r."atLeast", r."lastSeen"
                        FROM jsonb_to_recordset(:rows::jsonb) AS r(jail uuid, hour timestamptz, call text, answer text,
                            count bigint, "atLeast" boolean, "lastSeen" timestamptz)
                        JOIN jail j ON j.id = r.jail
                        WHERE j.host_id = :host AND r.hour >= :oldest
                            AND NOT EXISTS (SELECT FROM denial full_hour
                                WHERE full_hour.jail_id = r.jail AND full_hour.hour = r.hour OFFSET :most)
                        ORDER BY j.id, r.hour, r.call, r.answer
                        ON CONFLICT (jail_id, hour, call, answer) DO UPDATE SET
                            count = least(d.count::numeric + excluded.count, 9223372036854775807)::bigint,
                            at_least = d.at_least OR excluded.at_least,
                            last_seen = greatest(d.last_seen, excluded.last_seen)
                        """)
                .param("rows", json.writeValueAsString(List.copyOf(rows.values())))
                .param("host", host.value())
                .param("most", MAX_ROWS_OF_AN_HOUR - 1)
                .param("oldest", Timestamp.from(now.minus(KEPT)))
                .update();
    }

    /**
     * Returns the blocked calls of a jail in the last hours.
     *
     * @param hours from 1; the current hour counts as one
     * @throws dev.bailiwick.server.jail.intent.JailNotFound if the jail does not exist or the caller may not see it
     */
    @Transactional(readOnly = true)
    public DeniedCalls of(Caller caller, JailId id, int hours) {
        JailView jail = jails.find(caller, id);
        Instant since = clock.instant().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(hours - 1L));
        return new DeniedCalls(
                since,
                jdbc.sql("""
                                SELECT call, answer, least(sum(count), 9223372036854775807)::bigint AS count,
                                    bool_or(at_least) AS at_least, max(last_seen) AS last_seen
                                FROM denial WHERE jail_id = ? AND hour >= ?
                                GROUP BY call, answer
                                ORDER BY count DESC, call, answer
                                """)
                        .params(jail.id().value(), Timestamp.from(since))
                        .query((row, number) -> DeniedCall.of(
                                jail.definition().policy(),
                                row.getString("call"),
                                row.getString("answer"),
                                row.getLong("count"),
                                row.getBoolean("at_least"),
                                row.getTimestamp("last_seen").toInstant()))
                        .list());
    }

    @Scheduled(fixedDelayString = "PT1H", initialDelayString = "PT3M")
    @Transactional
    public void forgetOld() {
        RowAccess.everything()
                .run(() -> jdbc.sql("DELETE FROM denial WHERE hour < ?")
                        .param(Timestamp.from(clock.instant().minus(KEPT)))
                        .update());
    }

    /** A row to insert. */
    private record StoredDenial(
            String jail, Instant hour, String call, String answer, long count, boolean atLeast, Instant lastSeen) {

        /** Creates the row; a time in the future, from a host whose clock is ahead, becomes now. */
        static StoredDenial of(Denial denial, Instant now) {
            Instant seen = denial.lastSeen().isAfter(now) ? now : denial.lastSeen();
            return new StoredDenial(
                    denial.jail().toString(),
                    seen.truncatedTo(ChronoUnit.HOURS),
                    denial.call(),
                    denial.answer().text(),
                    denial.count(),
                    denial.atLeast(),
                    seen);
        }

        String key() {
            return jail + ' ' + hour + ' ' + call + ' ' + answer;
        }

        StoredDenial plus(StoredDenial other) {
            return new StoredDenial(
                    jail,
                    hour,
                    call,
                    answer,
                    count + other.count,
                    atLeast || other.atLeast,
                    lastSeen.isAfter(other.lastSeen) ? lastSeen : other.lastSeen);
        }
    }
}

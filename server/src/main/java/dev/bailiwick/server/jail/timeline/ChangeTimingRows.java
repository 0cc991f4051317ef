package dev.bailiwick.server.jail.timeline;

import dev.bailiwick.server.jail.timeline.ChangeTimings.Change;
import dev.bailiwick.server.jail.timeline.ChangeTimings.NewSteps;
import java.util.List;
import java.util.function.ToLongFunction;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/** The table of timings, with one row for each jail. A database that ends may lose the latest writes. */
@Component
class ChangeTimingRows {

    /** Skips jails that are about to be deleted, so that the statement waits only for rows of its own table. */
    private static final String STORE = """
            WITH changed AS (
                SELECT j.id, c.generation, c.revision, c.request, c.ago
                FROM unnest(:jails::uuid[], :generations::bigint[], :revisions::bigint[], :requests::bigint[], :ago::bigint[])
                    AS c(jail, generation, revision, request, ago)
                JOIN jail j ON j.id = c.jail ORDER BY j.id FOR KEY SHARE OF j SKIP LOCKED),
            stored AS (
                INSERT INTO jail_change_timing AS t (jail_id, generation, revision, request_micros, stored_at)
                SELECT id, generation, revision, request, clock_timestamp() - ago * interval '1 microsecond' FROM changed ORDER BY id
                ON CONFLICT (jail_id) DO UPDATE SET generation = excluded.generation, revision = excluded.revision,
                    request_micros = excluded.request_micros, stored_at = excluded.stored_at
                WHERE t.generation < excluded.generation
                RETURNING jail_id)
            SELECT count(*), set_config('synchronous_commit', 'off', true) FROM stored
            """;

    private static final String FINISH = """
            WITH reported AS (
                SELECT s.jail, s.generation, s.ended, delivery.*
                FROM jsonb_to_recordset(:reported::jsonb) AS s(jail uuid, generation bigint, ended boolean)
                JOIN jail_change_timing k ON k.jail_id = s.jail
                LEFT JOIN LATERAL (
                    SELECT p."readAt" AS read_at, p."pushMicros" AS push_micros, p."acceptMicros" AS accept_micros
                    FROM jsonb_to_recordset(:deliveries::jsonb)
                        AS p(revision bigint, "readAt" timestamptz, "pushMicros" bigint, "acceptMicros" bigint)
                    WHERE p.revision >= k.revision ORDER BY p.revision LIMIT 1) delivery ON true),
            finished AS (
                MERGE INTO jail_change_timing t USING reported ON t.jail_id = reported.jail
                WHEN MATCHED AND t.stored_at IS NOT NULL AND reported.ended AND t.generation = reported.generation AND reported.read_at IS NOT NULL
                    THEN UPDATE SET request_micros = NULL, stored_at = NULL, timeline = jsonb_build_object(
                        'requestMicros', t.request_micros, 'commitMicros', micros_between(t.stored_at, reported.read_at),
                        'pushMicros', reported.push_micros, 'acceptMicros', reported.accept_micros, 'hostMicros', greatest(0,
                            micros_between(reported.read_at, clock_timestamp()) - reported.push_micros - reported.accept_micros))
                WHEN MATCHED AND t.stored_at IS NOT NULL AND NOT (reported.ended AND t.generation = reported.generation)
                    THEN UPDATE SET timeline = NULL
                WHEN MATCHED THEN DELETE
                RETURNING t.jail_id)
            SELECT count(*), set_config('synchronous_commit', 'off', true) FROM finished
            """;

    /** Skips jails that are about to be deleted or changed: a later change replaces the timeline anyway. */
    private static final String STORE_COMPLETED = """
            WITH completed AS (
                SELECT j.id, c.generation, c.revision, c.timeline
                FROM jsonb_to_recordset(:completed::jsonb) AS c(jail uuid, generation bigint, revision bigint, timeline jsonb)
                JOIN jail j ON j.id = c.jail ORDER BY j.id FOR KEY SHARE OF j SKIP LOCKED),
            stored AS (
                INSERT INTO jail_change_timing AS t (jail_id, generation, revision, timeline)
                SELECT id, generation, revision, timeline FROM completed ORDER BY id
                ON CONFLICT (jail_id) DO UPDATE SET generation = excluded.generation, revision = excluded.revision,
                    request_micros = NULL, stored_at = NULL, timeline = excluded.timeline
                WHERE t.generation <= excluded.generation
                RETURNING jail_id)
            SELECT count(*), set_config('synchronous_commit', 'off', true) FROM stored
            """;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final JsonMapper json;

    ChangeTimingRows(JdbcClient jdbc, TransactionOperations transactions, JsonMapper json) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.json = json;
    }

    /** Stores changes that their hosts have yet to carry out. */
    void store(List<Change> changes) {
        // The ages are computed once there is a connection, because the wait for one may take longer than all else.
        transactions.executeWithoutResult(_ -> jdbc.sql(STORE)
                .param("jails", changes.stream().map(Change::jail).toArray(String[]::new))
                .param("generations", each(changes, Change::generation))
                .param("revisions", each(changes, Change::revision))
                .param("requests", each(changes, Change::requestMicros))
                .param("ago", each(changes, Change::microsAgo))
                .query((row, number) -> number)
                .list());
    }

    private static Long[] each(List<Change> changes, ToLongFunction<Change> part) {
        return changes.stream().mapToLong(part).boxed().toArray(Long[]::new);
    }

    /** Completes the timelines of stored changes with these steps, and drops the timelines whose steps they replace. */
    void finish(List<NewSteps> steps, List<Delivery> deliveries) {
        jdbc.sql(FINISH)
                .param("reported", json.writeValueAsString(steps))
                .param("deliveries", json.writeValueAsString(deliveries))
                .query((row, number) -> number)
                .list();
    }

    /** @param completed at most one for each jail */
    void storeCompleted(List<CompletedTimeline> completed) {
        jdbc.sql(STORE_COMPLETED)
                .param("completed", json.writeValueAsString(completed))
                .query((row, number) -> number)
                .list();
    }
}

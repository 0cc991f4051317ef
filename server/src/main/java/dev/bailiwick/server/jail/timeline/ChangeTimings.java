package dev.bailiwick.server.jail.timeline;

import dev.bailiwick.jail.JailId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps where the time of each jail's last change went, beside what is wanted of it and what is true of it: one row for each jail, until
 * its steps are others that nobody asked for, or it is gone.
 *
 * <p>A change waits for none of this. It is written a moment after its commit, by a thread of its own, for all changes of that moment
 * together; a server that dies meanwhile loses it and nothing else.
 */
@Component
public class ChangeTimings implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeTimings.class);

    /** Between two runs: what is changed meanwhile is written together. */
    private static final Duration PACE = Duration.ofMillis(20);

    /** More than are changed by a batch; what is beyond has no timeline. */
    private static final int MAX_KEPT = 20_000;

    /** A jail that is about to be deleted is left out, so that nothing is waited for here but the rows of the table. */
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
            WITH said AS (
                SELECT s.jail, s.generation, s.ended, push.*
                FROM jsonb_to_recordset(:said::jsonb) AS s(jail uuid, generation bigint, ended boolean)
                JOIN jail_change_timing k ON k.jail_id = s.jail
                LEFT JOIN LATERAL (
                    SELECT p."readAt" AS read_at, p."pushMicros" AS push_micros, p."acceptMicros" AS accept_micros
                    FROM jsonb_to_recordset(:pushes::jsonb)
                        AS p(revision bigint, "readAt" timestamptz, "pushMicros" bigint, "acceptMicros" bigint)
                    WHERE p.revision >= k.revision ORDER BY p.revision LIMIT 1) push ON true),
            finished AS (
                MERGE INTO jail_change_timing t USING said ON t.jail_id = said.jail
                WHEN MATCHED AND t.stored_at IS NOT NULL AND said.ended AND t.generation = said.generation AND said.read_at IS NOT NULL
                    THEN UPDATE SET request_micros = NULL, stored_at = NULL, timeline = jsonb_build_object(
                        'requestMicros', t.request_micros, 'commitMicros', micros_between(t.stored_at, said.read_at),
                        'pushMicros', said.push_micros, 'acceptMicros', said.accept_micros, 'hostMicros', greatest(0,
                            micros_between(said.read_at, clock_timestamp()) - said.push_micros - said.accept_micros))
                WHEN MATCHED AND t.stored_at IS NOT NULL AND NOT (said.ended AND t.generation = said.generation)
                    THEN UPDATE SET timeline = NULL
                WHEN MATCHED THEN DELETE
                RETURNING t.jail_id)
            SELECT count(*), set_config('synchronous_commit', 'off', true) FROM finished
            """;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final JsonMapper json;
    private final TreeMap<String, Change> changes = new TreeMap<>();
    private final Semaphore changed = new Semaphore(0);
    private volatile @Nullable Thread thread;

    ChangeTimings(JdbcClient jdbc, TransactionOperations transactions, JsonMapper json) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.json = json;
    }

    /** @param storedNanos the {@link System#nanoTime} when its definition was written */
    private record Change(String jail, long generation, long revision, long requestMicros, long storedNanos) {

        long microsAgo() {
            return (System.nanoTime() - storedNanos) / 1_000;
        }
    }

    /**
     * That a host has steps of a jail which it did not have before.
     *
     * @param ended whether they are all the steps of a change that was asked for, as far as the host can say
     */
    public record NewSteps(String jail, long generation, boolean ended) {}

    /** The transaction under way has changed what is wanted of these jails. */
    public void changed(Collection<JailChange> jails) {
        long nanos = System.nanoTime();
        long request = Arrival.microsAgo();
        List<Change> all = jails.stream()
                .map(jail -> new Change(jail.id().toString(), jail.generation(), jail.revision(), request, nanos))
                .toList();
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                keep(all);
            }
        });
    }

    /**
     * A jail and its new generation.
     *
     * @param revision the host's, that brought it
     */
    public record JailChange(JailId id, long generation, long revision) {}

    private void keep(List<Change> some) {
        synchronized (changes) {
            for (Change change : some) {
                if (changes.size() < MAX_KEPT || changes.containsKey(change.jail)) {
                    changes.put(change.jail, change);
                }
            }
        }
        changed.release();
    }

    /**
     * Completes the timelines of the changes that these steps are of, and drops those whose steps they take the place of.
     *
     * @param pushes what was sent to their host lately
     */
    public void finish(List<NewSteps> steps, List<Push> pushes) {
        if (steps.isEmpty()) {
            return;
        }
        store();
        jdbc.sql(FINISH)
                .param("said", json.writeValueAsString(steps))
                .param("pushes", json.writeValueAsString(pushes))
                .query((row, number) -> number)
                .list();
    }

    /** Whoever returns from this finds in the table what had been changed before. */
    private synchronized void store() {
        List<Change> taken = new ArrayList<>();
        synchronized (changes) {
            taken.addAll(changes.values());
            changes.clear();
        }
        if (!taken.isEmpty()) {
            // How long ago is said once there is a connection: that may take longer than all else.
            transactions.executeWithoutResult(_ -> jdbc.sql(STORE)
                    .param("jails", taken.stream().map(Change::jail).toArray(String[]::new))
                    .param("generations", each(taken, Change::generation))
                    .param("revisions", each(taken, Change::revision))
                    .param("requests", each(taken, Change::requestMicros))
                    .param("ago", each(taken, Change::microsAgo))
                    .query((row, number) -> number)
                    .list());
        }
    }

    private static Long[] each(List<Change> changes, ToLongFunction<Change> part) {
        return changes.stream().mapToLong(part).boxed().toArray(Long[]::new);
    }

    @Override
    public void start() {
        Thread writing = Thread.ofPlatform().name("change-timings").daemon().unstarted(this::run);
        thread = writing;
        writing.start();
    }

    @Override
    public void stop() {
        Thread writing = thread;
        thread = null;
        if (writing != null) {
            writing.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void run() {
        try {
            while (thread == Thread.currentThread()) {
                changed.acquire();
                changed.drainPermits();
                storeOrLose();
                Thread.sleep(PACE);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void storeOrLose() {
        try {
            store();
        } catch (DataAccessException | TransactionException e) {
            if (thread == Thread.currentThread()) {
                LOG.atWarn().addKeyValue("cause", e.getMessage()).log("timelines of changes were lost");
            }
        }
    }
}

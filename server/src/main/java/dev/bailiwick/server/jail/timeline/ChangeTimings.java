package dev.bailiwick.server.jail.timeline;

import dev.bailiwick.jail.JailId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
 * The timing of the last change of each jail, apart from the desired state and the status: one row for each jail. The
 * row is deleted with its jail, or once the jail has steps that belong to no requested change.
 *
 * <p>No change waits for this. A separate thread writes the timings shortly after the commit, those of several changes
 * together. A server that dies before then loses these timings and nothing else.
 */
@Component
public class ChangeTimings implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ChangeTimings.class);

    /**
     * How long a change is kept before it is written, with those that happen in between. Most jails start sooner, and then
     * only the finished timeline is written.
     */
    private static final Duration PACE = Duration.ofMillis(100);

    /** More than the time between a report and the reads of those who wait for it. */
    private static final Duration COMPLETED_KEPT = Duration.ofSeconds(2);

    /** More than the jails of one batch. Further changes get no timeline. */
    private static final int MAX_KEPT = 20_000;

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
            WITH said AS (
                SELECT s.jail, s.generation, s.ended, delivery.*
                FROM jsonb_to_recordset(:said::jsonb) AS s(jail uuid, generation bigint, ended boolean)
                JOIN jail_change_timing k ON k.jail_id = s.jail
                LEFT JOIN LATERAL (
                    SELECT p."readAt" AS read_at, p."pushMicros" AS push_micros, p."acceptMicros" AS accept_micros
                    FROM jsonb_to_recordset(:deliveries::jsonb)
                        AS p(revision bigint, "readAt" timestamptz, "pushMicros" bigint, "acceptMicros" bigint)
                    WHERE p.revision >= k.revision ORDER BY p.revision LIMIT 1) delivery ON true),
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
    private final TreeMap<String, Change> changes = new TreeMap<>();
    private final CompletedTimelines completed = new CompletedTimelines(COMPLETED_KEPT);
    private final Semaphore changed = new Semaphore(0);
    private volatile @Nullable Thread thread;

    ChangeTimings(JdbcClient jdbc, TransactionOperations transactions, JsonMapper json) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.json = json;
    }

    /** @param storedNanos the {@link System#nanoTime} when the definition was stored */
    private record Change(String jail, long generation, long revision, long requestMicros, long storedNanos) {

        long microsAgo() {
            return (System.nanoTime() - storedNanos) / 1_000;
        }

        CompletedTimeline completedBy(Delivery delivery) {
            long commit = Math.max(0, (delivery.readNanos() - storedNanos) / 1_000);
            long sinceRead = (System.nanoTime() - delivery.readNanos()) / 1_000;
            long host = Math.max(0, sinceRead - delivery.pushMicros() - delivery.acceptMicros());
            return new CompletedTimeline(
                    jail,
                    generation,
                    revision,
                    new ChangeTimeline(requestMicros, commit, delivery.pushMicros(), delivery.acceptMicros(), host));
        }
    }

    /**
     * Steps of a jail that its host reports for the first time.
     *
     * @param ended whether they are all the steps of a requested change, as far as the host knows
     */
    public record NewSteps(String jail, long generation, boolean ended) {}

    /** Records that the current transaction changes the desired state of these jails. */
    public void changed(Collection<JailChange> jails) {
        long nanos = System.nanoTime();
        long request = RequestClock.microsAgo();
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
     * @param revision the revision of its host that contains the new generation
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
     * Completes the timelines of the changes that these steps belong to, and drops the timelines whose steps they
     * replace. Those of changes that are not written yet are completed in memory: {@link #storeCompleted} writes them,
     * so that the requests that wait for the steps do not wait for that.
     *
     * @param deliveries the latest deliveries to the host
     */
    public void complete(List<NewSteps> steps, List<Delivery> deliveries) {
        List<NewSteps> others =
                steps.stream().filter(one -> !completeInMemory(one, deliveries)).toList();
        if (others.isEmpty()) {
            return;
        }
        others.forEach(one -> completed.drop(one.jail));
        storeChanges();
        jdbc.sql(FINISH)
                .param("said", json.writeValueAsString(others))
                .param("deliveries", json.writeValueAsString(deliveries))
                .query((row, number) -> number)
                .list();
    }

    private boolean completeInMemory(NewSteps steps, List<Delivery> deliveries) {
        synchronized (changes) {
            Change change = changes.get(steps.jail);
            if (!steps.ended || change == null || change.generation != steps.generation) {
                return false;
            }
            Optional<Delivery> delivery = deliveries.stream()
                    .filter(one -> one.revision() >= change.revision)
                    .min(Comparator.comparingLong(Delivery::revision));
            if (delivery.isEmpty()) {
                return false;
            }
            changes.remove(steps.jail);
            completed.add(change.completedBy(delivery.get()));
            return true;
        }
    }

    /** Writes the timelines that {@link #complete} completed in memory. */
    public void storeCompleted() {
        List<CompletedTimeline> some = completed.takeUnstored();
        if (!some.isEmpty()) {
            jdbc.sql(STORE_COMPLETED)
                    .param("completed", json.writeValueAsString(some))
                    .query((row, number) -> number)
                    .list();
        }
    }

    /** Returns the timeline of this generation if it was completed a moment ago: it may not be in the table yet. */
    public Optional<ChangeTimeline> justCompleted(JailId jail, long generation) {
        return completed.find(jail.toString(), generation);
    }

    /** Writes all changes that have been recorded, so that the caller finds them in the table. */
    private synchronized void storeChanges() {
        List<Change> taken = new ArrayList<>();
        synchronized (changes) {
            taken.addAll(changes.values());
            changes.clear();
        }
        if (!taken.isEmpty()) {
            // The ages are computed once there is a connection, because the wait for one may take longer than all else.
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
                Thread.sleep(PACE);
                changed.drainPermits();
                storeOrLose();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void storeOrLose() {
        try {
            storeChanges();
        } catch (DataAccessException | TransactionException e) {
            if (thread == Thread.currentThread()) {
                log.atWarn().addKeyValue("cause", e.getMessage()).log("timelines of changes were lost");
            }
        }
    }
}

package dev.bailiwick.server.jail.timeline;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.database.RowAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

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

    private final ChangeTimingRows rows;
    private final TreeMap<String, Change> changes = new TreeMap<>();
    private final CompletedTimelines completed = new CompletedTimelines(COMPLETED_KEPT);
    private final Semaphore changed = new Semaphore(0);
    private volatile @Nullable Thread thread;

    ChangeTimings(ChangeTimingRows rows) {
        this.rows = rows;
    }

    /** @param storedNanos the {@link System#nanoTime} when the definition was stored */
    record Change(String jail, long generation, long revision, long requestMicros, long storedNanos) {

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
        rows.finish(others, deliveries);
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
            rows.storeCompleted(some);
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
            rows.store(taken);
        }
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
            RowAccess.everything().run(this::storeChanges);
        } catch (DataAccessException | TransactionException e) {
            if (thread == Thread.currentThread()) {
                log.atWarn().addKeyValue("cause", e.getMessage()).log("timelines of changes were lost");
            }
        }
    }
}

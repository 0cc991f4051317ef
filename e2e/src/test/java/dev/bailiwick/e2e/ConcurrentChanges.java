package dev.bailiwick.e2e;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sends changes from several threads. Each thread sends its next change as soon as the last one is answered, successful or not. */
final class ConcurrentChanges implements AutoCloseable {

    private static final int THREADS = 3;
    private static final int JAILS_EACH = 4;

    /** The number of jails for which a thread has numbers, and so addresses. */
    private static final int MAX_JAILS = 500;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Fleet fleet;
    private final List<Thread> threads = new ArrayList<>();
    private final List<List<ModelledJail>> jails = new ArrayList<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private volatile boolean over;
    private volatile @Nullable Throwable broken;

    /** @param seed with the same seed and the same answers, the changes are the same */
    ConcurrentChanges(Fleet fleet, long seed) {
        this.fleet = fleet;
        for (int number = 0; number < THREADS; number++) {
            List<ModelledJail> own = new ArrayList<>();
            jails.add(own);
            Random random = new Random(seed + number);
            int first = 100 + MAX_JAILS * number;
            threads.add(Thread.ofPlatform().name("changes-" + number).unstarted(() -> run(own, random, first)));
        }
    }

    void begin() {
        threads.forEach(Thread::start);
    }

    /** Waits until this many more changes are acknowledged. */
    void awaitAcknowledged(int more) {
        int wanted = acknowledged.get() + more;
        await(more + " more changes are acknowledged")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> broken != null || acknowledged.get() >= wanted);
    }

    /** Waits until another change has failed. */
    void awaitFailure() {
        int before = failed.get();
        await("a change fails")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> broken != null || failed.get() > before);
    }

    int acknowledged() {
        return acknowledged.get();
    }

    int failed() {
        return failed.get();
    }

    /** Ends the threads after their current change. */
    void end() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join(PATIENCE);
        }
        if (broken != null) {
            throw new AssertionError("A change got an answer that it must not get", broken);
        }
    }

    /** Returns all jails that were ever requested; called only after the end. */
    Stream<ModelledJail> jails() {
        return jails.stream().flatMap(List::stream);
    }

    private void run(List<ModelledJail> own, Random random, int first) {
        try {
            while (!over && own.size() < MAX_JAILS) {
                List<ModelledJail> living =
                        own.stream().filter(ModelledJail::isLiving).toList();
                if (living.isEmpty() || (living.size() < JAILS_EACH && random.nextInt(3) == 0)) {
                    ModelledJail jail = new ModelledJail(fleet, "changes-" + (first + own.size()), first + own.size());
                    own.add(jail);
                    count(jail.create());
                    continue;
                }
                count(change(living.get(random.nextInt(living.size())), random));
            }
        } catch (RuntimeException | AssertionError e) {
            broken = e;
        }
    }

    private static boolean change(ModelledJail jail, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> jail.retire();
            case 1 -> jail.want("stopped");
            case 2, 3 -> jail.want("running");
            default -> jail.rename("who-" + random.nextInt(1_000_000));
        };
    }

    private void count(boolean success) {
        (success ? acknowledged : failed).incrementAndGet();
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join(PATIENCE);
        }
    }
}

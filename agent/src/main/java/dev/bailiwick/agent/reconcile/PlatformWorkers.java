package dev.bailiwick.agent.reconcile;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers on platform threads, because a native call pins a virtual thread. Prompt work and starts have as many threads each, so
 * that no stop waits for a start. Deletions have one thread, and so have times. Each kind of work serves its owners in turn.
 */
final class PlatformWorkers implements Workers {

    /** A long delay is calculated again after this time, so that a jump of the wall clock is noticed. */
    private static final Duration MAX_TIMER_DELAY = Duration.ofSeconds(30);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(PlatformWorkers.class);

    private final Clock clock;
    private final AtomicLong submitted = new AtomicLong();
    private final WorkQueue prompt;
    private final WorkQueue starts;
    private final WorkQueue files;
    private final ScheduledThreadPoolExecutor timer;

    private record WorkQueue(ThreadPoolExecutor threads, FairOrder order) {

        WorkQueue(int threads, String name) {
            this(pool(threads, name), new FairOrder());
        }
    }

    PlatformWorkers(Clock clock, int threads) {
        this.clock = clock;
        this.prompt = new WorkQueue(threads, "jails-");
        this.starts = new WorkQueue(threads, "starts-");
        this.files = new WorkQueue(1, "files-");
        this.timer = new ScheduledThreadPoolExecutor(1, named("times-"), new ThreadPoolExecutor.DiscardPolicy());
    }

    static PlatformWorkers forThisMachine(Clock clock) {
        return new PlatformWorkers(clock, Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8));
    }

    @Override
    public void submit(WorkClass workClass, String owner, Runnable work) {
        WorkQueue queue = switch (workClass) {
            case PROMPT -> prompt;
            case START -> starts;
            case FILES -> files;
        };
        long turn = queue.order.next(owner);
        queue.threads.execute(new QueuedWork(turn, submitted.getAndIncrement(), () -> {
            queue.order.taken(turn);
            work.run();
        }));
    }

    @Override
    public void at(Instant when, Runnable work) {
        Duration delay = Duration.between(clock.instant(), when);
        if (delay.compareTo(MAX_TIMER_DELAY) > 0) {
            var _ = timer.schedule(() -> at(when, work), MAX_TIMER_DELAY.toMillis(), TimeUnit.MILLISECONDS);
            return;
        }
        // Rounded up: a run that wakes a fraction early would plan the same wait again.
        long millis = Math.max(0, delay.toMillis() + 1);
        // Runs in the pool, because an exception on the timer's thread would be kept in a future that nobody reads.
        var _ = timer.schedule(() -> submit(WorkClass.PROMPT, NOBODY, work), millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        for (WorkQueue queue : List.of(prompt, starts, files)) {
            queue.threads.shutdown();
            queue.threads.getQueue().clear();
        }
        try {
            for (WorkQueue queue : List.of(prompt, starts)) {
                // No interrupt: it would make a start in progress fail.
                if (!queue.threads.awaitTermination(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                    log.warn("a step still runs; the agent does not wait for its end");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadPoolExecutor pool(int threads, String name) {
        return new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new PriorityBlockingQueue<>(),
                named(name),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    private static ThreadFactory named(String prefix) {
        return Thread.ofPlatform().daemon().name(prefix, 0).factory();
    }

    private record QueuedWork(long turn, long number, Runnable work) implements Runnable, Comparable<QueuedWork> {

        private static final Comparator<QueuedWork> ORDER =
                Comparator.comparingLong(QueuedWork::turn).thenComparingLong(QueuedWork::number);

        @Override
        public void run() {
            work.run();
        }

        @Override
        public int compareTo(QueuedWork other) {
            return ORDER.compare(this, other);
        }
    }
}

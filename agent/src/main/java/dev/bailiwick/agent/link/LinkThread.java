package dev.bailiwick.agent.link;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of the link. A fault in what it runs ends the stream, and so leads to a new one, instead of a silent half-link. */
final class LinkThread implements Executor {

    private static final Logger log = LoggerFactory.getLogger(LinkThread.class);

    private final ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("link").factory());
    private final Runnable onFault;

    LinkThread(Runnable onFault) {
        this.onFault = onFault;
        pool.setRemoveOnCancelPolicy(true);
        pool.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** What comes after {@link #close} is dropped. */
    @Override
    public void execute(Runnable action) {
        if (!pool.isShutdown()) {
            pool.execute(() -> run(action));
        }
    }

    /** Something that is to run later. */
    interface Timer {
        void cancel();
    }

    Timer after(Duration wait, Runnable action) {
        if (pool.isShutdown()) {
            return () -> {};
        }
        Future<?> future = pool.schedule(() -> run(action), wait.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    private void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            log.error("a fault in the link; it is opened again", e);
            onFault.run();
        }
    }

    /** Runs what is already waiting to run now, for two seconds at most. */
    void close() throws InterruptedException {
        pool.shutdown();
        if (!pool.awaitTermination(2, TimeUnit.SECONDS)) {
            pool.shutdownNow();
        }
    }
}

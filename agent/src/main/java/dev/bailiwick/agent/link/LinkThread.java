package dev.bailiwick.agent.link;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The link's only thread. If a task throws an exception, the stream ends and a new one is opened, so that no link stays half alive. */
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

    /** Queues the action; drops it after {@link #close}. */
    @Override
    public void execute(Runnable action) {
        if (!pool.isShutdown()) {
            pool.execute(() -> run(action));
        }
    }

    /** An action that runs later unless it is cancelled. */
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
            log.error("the link failed because of a fault of the agent; it is opened again", e);
            onFault.run();
        }
    }

    /** Runs the actions that are already due, for two seconds at most, and drops the others. */
    void close() throws InterruptedException {
        pool.shutdown();
        if (!pool.awaitTermination(2, TimeUnit.SECONDS)) {
            pool.shutdownNow();
        }
    }
}

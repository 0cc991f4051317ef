package dev.bailiwick.jail.concurrent;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one action for many requests, never twice at the same time. All requests before a run begins share that run. All requests
 * during a run share one more run, which begins after them and so sees their changes. Thread-safe.
 */
public final class CoalescingTask {

    private final Executor executor;
    private final Runnable action;
    /**
     * The number of requests that no finished run has covered. The thread that raises it from 0 submits a run; the run subtracts the
     * requests that it has covered.
     */
    private final AtomicInteger unseen = new AtomicInteger();

    /** @param executor starts each run, at once or after a delay; after it has rejected a run, there are no more runs */
    public CoalescingTask(Executor executor, Runnable action) {
        this.executor = executor;
        this.action = action;
    }

    /** Requests a run. Blocks only if the executor does. */
    public void request() {
        if (unseen.getAndIncrement() == 0) {
            executor.execute(this::run);
        }
    }

    /** Returns whether a run is pending or in progress. */
    public boolean isPending() {
        return unseen.get() != 0;
    }

    private void run() {
        int seen = unseen.get();
        try {
            action.run();
        } finally {
            if (unseen.addAndGet(-seen) != 0) {
                executor.execute(this::run);
            }
        }
    }
}

package dev.bailiwick.jail.concurrent;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one action, never twice at once, as often as needed and no more: any number of requests before a run begins lead to that run,
 * and any number while it runs lead to one more, which sees all that they were about. For any number of threads.
 */
public final class CoalescingTask {

    private final Executor executor;
    private final Runnable action;
    /** Requests that no finished run has seen. Whoever raises it from 0 submits the run; the run lowers it by what it has seen. */
    private final AtomicInteger unseen = new AtomicInteger();

    /** @param executor runs each run, at once or after a while in which more requests may come; where it rejects one, none follows */
    public CoalescingTask(Executor executor, Runnable action) {
        this.executor = executor;
        this.action = action;
    }

    /** Never blocks, unless the executor does. */
    public void request() {
        if (unseen.getAndIncrement() == 0) {
            executor.execute(this::run);
        }
    }

    /** Whether a run is to come, or goes on. */
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

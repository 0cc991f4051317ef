package dev.bailiwick.server.link;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one action, never twice at once, as often as needed and not more: any number of wakes while it runs lead to one more
 * run, which sees all that the wakes were about.
 */
final class Wakes {

    private final Executor executor;
    private final Runnable action;
    private final AtomicInteger unseen = new AtomicInteger();

    Wakes(Executor executor, Runnable action) {
        this.executor = executor;
        this.action = action;
    }

    /** Never blocks. */
    void wake() {
        if (unseen.getAndIncrement() == 0) {
            executor.execute(this::run);
        }
    }

    private void run() {
        int seen;
        do {
            seen = unseen.get();
            action.run();
        } while (unseen.addAndGet(-seen) != 0);
    }
}

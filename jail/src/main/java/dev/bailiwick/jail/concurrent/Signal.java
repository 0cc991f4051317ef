package dev.bailiwick.jail.concurrent;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Wakes one waiting thread. Several calls of raise wake it once. A raise while the thread does not wait is not lost: the next wait
 * returns at once.
 */
public final class Signal {

    private final Semaphore raised = new Semaphore(0);

    /** Wakes the thread. May be called by any thread; never blocks. */
    public void raise() {
        raised.release();
    }

    /**
     * Waits until the signal is raised, and resets it. For one thread at a time.
     *
     * @param longest zero or less to check without waiting
     * @return false if it was not raised in time
     */
    public boolean await(Duration longest) throws InterruptedException {
        boolean inTime = raised.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS);
        // The waiting thread handles everything that has come so far in its next step.
        raised.drainPermits();
        return inTime;
    }
}

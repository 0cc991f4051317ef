package dev.bailiwick.jail.concurrent;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Wakes one waiting thread. Any number of raises wake it once; one that comes while it does not wait is not lost: the next wait returns
 * at once.
 */
public final class Signal {

    private final Semaphore raised = new Semaphore(0);

    /** From any thread; never blocks. */
    public void raise() {
        raised.release();
    }

    /**
     * Waits until it is raised, and lowers it. For one thread at a time.
     *
     * @param longest zero or less to look only
     * @return false where it was not raised in time
     */
    public boolean await(Duration longest) throws InterruptedException {
        boolean inTime = raised.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS);
        // What came meanwhile is seen by the waiting thread with what it does next.
        raised.drainPermits();
        return inTime;
    }
}

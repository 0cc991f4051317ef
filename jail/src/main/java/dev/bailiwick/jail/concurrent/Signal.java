package dev.bailiwick.jail.concurrent;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A signal that wakes one waiting thread. Several calls of {@link #raise} wake it once. A call while the thread does not wait is
 * not lost: the next {@link #await} returns at once.
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
     * @param longest the maximum time to wait; zero or less to check without waiting
     * @return false if the signal was not raised in time
     */
    public boolean await(Duration longest) throws InterruptedException {
        boolean inTime = raised.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS);
        // One return of this method covers all calls of raise so far.
        raised.drainPermits();
        return inTime;
    }
}

package dev.bailiwick.agent.link;

import dev.bailiwick.jail.Observation;
import dev.bailiwick.jail.Report;
import dev.bailiwick.jail.concurrent.CoalescingTask;
import java.time.Duration;

/** When reports are sent: the first of a burst at once, those that follow together, and what passes soon not at all. */
final class ReportPump {

    /** Reports that come in a burst share a message; the first of a burst does not wait. */
    private static final Duration BETWEEN_FLUSHES = Duration.ofMillis(2);

    /** Most jails start and stop within this time: that they are about to is not worth a message of its own. */
    private static final Duration PASSING = Duration.ofMillis(50);

    private final PendingReports pending = new PendingReports();
    private final CoalescingTask flushing;
    private final CoalescingTask releasing;
    private final LinkThread thread;
    private final Runnable flush;
    private long flushedAtNanos = System.nanoTime() - BETWEEN_FLUSHES.toNanos();

    /** @param flush sends what is {@link #pending}, on this thread, after a call of {@link #beginFlush} */
    ReportPump(LinkThread thread, Runnable flush) {
        this.thread = thread;
        this.flush = flush;
        this.flushing = new CoalescingTask(work -> thread.execute(() -> runOrWait(work)), flush);
        this.releasing = new CoalescingTask(work -> thread.after(PASSING, work), this::release);
    }

    /** What is to be sent; filled by any thread. */
    PendingReports pending() {
        return pending;
    }

    /** The next flush is some time after this one. */
    void beginFlush() {
        flushedAtNanos = System.nanoTime();
    }

    /** Has it sent, now or as soon as the server can be reached; the latest of each object. Never blocks. */
    void report(Observation observation) {
        if (passesSoon(observation)) {
            pending.hold(observation);
            releasing.request();
        } else {
            pending.put(observation);
            flushing.request();
        }
    }

    private static boolean passesSoon(Observation observation) {
        return switch (observation) {
            case Report report ->
                switch (report.phase()) {
                    case STARTING, STOPPING -> true;
                    case PENDING, RUNNING, STOPPED, BACKING_OFF, REFUSED, REMOVED -> false;
                };
        };
    }

    private void release() {
        if (pending.release(PASSING)) {
            releasing.request();
        }
        flush.run();
    }

    private void runOrWait(Runnable work) {
        long waitNanos = flushedAtNanos + BETWEEN_FLUSHES.toNanos() - System.nanoTime();
        if (waitNanos <= 0) {
            work.run();
        } else {
            thread.after(Duration.ofNanos(waitNanos), work);
        }
    }
}

package dev.bailiwick.agent.link;

import dev.bailiwick.jail.concurrent.CoalescingTask;
import dev.bailiwick.jail.report.Observation;
import dev.bailiwick.jail.report.Report;
import java.time.Duration;

/**
 * Decides when reports are sent: the first one of a burst at once, and those that follow together. A report of a phase that ends
 * within {@link #PASSING} is not sent.
 */
final class ReportPump {

    /** The minimum time between two messages with reports. */
    private static final Duration BETWEEN_FLUSHES = Duration.ofMillis(2);

    /** Most jails start and stop within this time, so their phases STARTING and STOPPING are not worth a message. */
    private static final Duration PASSING = Duration.ofMillis(50);

    private final PendingReports pending = new PendingReports();
    private final CoalescingTask flushing;
    private final CoalescingTask releasing;
    private final LinkThread thread;
    private final Runnable flush;
    private long flushedAtNanos = System.nanoTime() - BETWEEN_FLUSHES.toNanos();

    /** @param flush sends the {@link #pending} reports; runs on {@code thread}, and calls {@link #beginFlush} first */
    ReportPump(LinkThread thread, Runnable flush) {
        this.thread = thread;
        this.flush = flush;
        this.flushing = new CoalescingTask(work -> thread.execute(() -> runOrWait(work)), flush);
        this.releasing = new CoalescingTask(work -> thread.after(PASSING, work), this::release);
    }

    /** Returns the reports that must still be sent. */
    PendingReports pending() {
        return pending;
    }

    /** Records the time of this flush, from which the delay of the next one counts. */
    void beginFlush() {
        flushedAtNanos = System.nanoTime();
    }

    /** Sends the report now, or once the server is reachable, unless a later report of the object comes first. Never blocks. */
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

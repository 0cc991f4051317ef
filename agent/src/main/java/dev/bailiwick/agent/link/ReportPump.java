package dev.bailiwick.agent.link;

import dev.bailiwick.jail.Report;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** When reports are sent: the first of a burst at once, those that follow together, and what passes soon not at all. */
final class ReportPump {

    /** Reports that come in a burst share a message; the first of a burst does not wait. */
    private static final Duration BETWEEN_FLUSHES = Duration.ofMillis(2);

    /** Most jails start and stop within this time: that they are about to is not worth a message of its own. */
    private static final Duration PASSING = Duration.ofMillis(50);

    private final PendingReports pending = new PendingReports();
    private final AtomicBoolean flushPending = new AtomicBoolean();
    private final AtomicBoolean releasePending = new AtomicBoolean();
    private final LinkThread thread;
    private final Runnable flush;
    private long flushedAtNanos = System.nanoTime() - BETWEEN_FLUSHES.toNanos();

    /** @param flush sends what is {@link #pending}, on this thread, after a call of {@link #beginFlush} */
    ReportPump(LinkThread thread, Runnable flush) {
        this.thread = thread;
        this.flush = flush;
    }

    /** What is to be sent; filled by any thread. */
    PendingReports pending() {
        return pending;
    }

    /** What comes from now on needs another flush. */
    void beginFlush() {
        flushPending.set(false);
        flushedAtNanos = System.nanoTime();
    }

    /** Has it sent, now or as soon as the server can be reached; the latest of each jail. Never blocks. */
    void report(Report report) {
        switch (report.phase()) {
            case STARTING, STOPPING -> {
                pending.hold(report);
                releaseLater();
            }
            case PENDING, RUNNING, STOPPED, BACKING_OFF, REFUSED, REMOVED -> {
                pending.put(report);
                flushSoon();
            }
        }
    }

    private void releaseLater() {
        if (!releasePending.getAndSet(true)) {
            thread.after(PASSING, this::release);
        }
    }

    private void release() {
        releasePending.set(false);
        if (pending.release(PASSING)) {
            releaseLater();
        }
        flush.run();
    }

    private void flushSoon() {
        if (flushPending.getAndSet(true)) {
            return;
        }
        thread.execute(this::flushOrWait);
    }

    private void flushOrWait() {
        long waitNanos = flushedAtNanos + BETWEEN_FLUSHES.toNanos() - System.nanoTime();
        if (waitNanos <= 0) {
            flush.run();
        } else {
            thread.after(Duration.ofNanos(waitNanos), flush);
        }
    }
}

package dev.bailiwick.agent.link;

import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.report.Observation;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.v1.Reports;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The latest report of each object, and which reports must still be sent to the server. The server does not confirm reports, so
 * after every reconnect all of them are sent again. A report of a phase that soon ends is held back for a while. Thread-safe.
 */
final class PendingReports {

    /** Keeps a message well below the 4 MiB that the server accepts. */
    private static final int BATCH_BYTES = 512 << 10;

    private final Map<ObjectId, Observation> latest = new LinkedHashMap<>();
    private final Map<ObjectId, Observation> waiting = new LinkedHashMap<>();
    private final Map<ObjectId, DelayedReport> delayed = new LinkedHashMap<>();

    private record DelayedReport(Observation report, long sinceNanos) {}

    synchronized void put(Observation report) {
        latest.put(report.object(), report);
        waiting.put(report.object(), report);
        delayed.remove(report.object());
    }

    /** Holds a report back until {@link #release}; if a later report of the object comes first, this one is never sent. */
    synchronized void hold(Observation report) {
        latest.put(report.object(), report);
        waiting.remove(report.object());
        delayed.merge(
                report.object(),
                new DelayedReport(report, System.nanoTime()),
                (before, now) -> new DelayedReport(now.report, before.sinceNanos));
    }

    /**
     * Adds the reports that were held back for at least {@code longest} to those that wait to be sent.
     *
     * @return whether other reports are still held back
     */
    synchronized boolean release(Duration longest) {
        long now = System.nanoTime();
        delayed.values().removeIf(one -> {
            boolean lasts = now - one.sinceNanos >= longest.toNanos();
            if (lasts) {
                waiting.put(one.report.object(), one.report);
            }
            return lasts;
        });
        return !delayed.isEmpty();
    }

    synchronized void tellAllAgain() {
        waiting.putAll(latest);
        delayed.clear();
    }

    synchronized void forget(List<? extends ObjectId> objects) {
        objects.forEach(latest::remove);
        objects.forEach(waiting::remove);
        objects.forEach(delayed::remove);
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Removes and returns as many waiting reports as fit one message; empty if none waits. */
    synchronized Optional<Reports> take() {
        Reports.Builder batch = Reports.newBuilder();
        int bytes = 0;
        for (Iterator<Observation> reports = waiting.values().iterator(); reports.hasNext() && bytes < BATCH_BYTES; ) {
            bytes += ReportWire.add(reports.next(), batch);
            reports.remove();
        }
        return bytes == 0 ? Optional.empty() : Optional.of(batch.build());
    }
}

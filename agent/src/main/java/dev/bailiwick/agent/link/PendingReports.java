package dev.bailiwick.agent.link;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Report;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.v1.JailReport;
import dev.bailiwick.protocol.v1.Reports;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The latest report of every jail, and which of them are yet to be sent to the server. Nothing says that a report has arrived, so
 * after every reconnect all are sent again. What passes soon is held back, also from a message that goes for the sake of
 * another jail. For any number of threads.
 */
final class PendingReports {

    /** A message stays well below the four mebibytes that the server takes. */
    private static final int BATCH_BYTES = 512 << 10;

    private final Map<JailId, Report> latest = new LinkedHashMap<>();
    private final Map<JailId, Report> waiting = new LinkedHashMap<>();
    private final Map<JailId, Held> held = new LinkedHashMap<>();

    private record Held(Report report, long sinceNanos) {}

    synchronized void put(Report report) {
        latest.put(report.jail(), report);
        waiting.put(report.jail(), report);
        held.remove(report.jail());
    }

    /** Keeps a report from waiting until {@link #release}; it never waits where another of the jail comes before. */
    synchronized void hold(Report report) {
        latest.put(report.jail(), report);
        waiting.remove(report.jail());
        held.merge(
                report.jail(),
                new Held(report, System.nanoTime()),
                (before, now) -> new Held(now.report, before.sinceNanos));
    }

    /**
     * Lets those wait that were held for so long.
     *
     * @return whether others are still held
     */
    synchronized boolean release(Duration longest) {
        long now = System.nanoTime();
        held.values().removeIf(one -> {
            boolean lasts = now - one.sinceNanos >= longest.toNanos();
            if (lasts) {
                waiting.put(one.report.jail(), one.report);
            }
            return lasts;
        });
        return !held.isEmpty();
    }

    synchronized void tellAllAgain() {
        waiting.putAll(latest);
        held.clear();
    }

    synchronized void forget(List<JailId> jails) {
        jails.forEach(latest::remove);
        jails.forEach(waiting::remove);
        jails.forEach(held::remove);
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** As many waiting reports as fit one message; empty where none waits. They wait no longer. */
    synchronized Optional<Reports> take() {
        Reports.Builder batch = Reports.newBuilder();
        int bytes = 0;
        for (Iterator<Report> reports = waiting.values().iterator(); reports.hasNext() && bytes < BATCH_BYTES; ) {
            JailReport report = ReportWire.toWire(reports.next());
            reports.remove();
            bytes += report.getSerializedSize();
            batch.addReports(report);
        }
        return batch.getReportsCount() == 0 ? Optional.empty() : Optional.of(batch.build());
    }
}

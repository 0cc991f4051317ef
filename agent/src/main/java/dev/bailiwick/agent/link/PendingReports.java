package dev.bailiwick.agent.link;

import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.Observation;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.v1.Reports;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The latest report of every object, and which of them are yet to be sent to the server. Nothing says that a report has arrived, so
 * after every reconnect all are sent again. What passes soon is held back, also from a message that goes for the sake of
 * another. For any number of threads.
 */
final class PendingReports {

    /** A message stays well below the four mebibytes that the server takes. */
    private static final int BATCH_BYTES = 512 << 10;

    private final Map<ObjectId, Observation> latest = new LinkedHashMap<>();
    private final Map<ObjectId, Observation> waiting = new LinkedHashMap<>();
    private final Map<ObjectId, Held> held = new LinkedHashMap<>();

    private record Held(Observation report, long sinceNanos) {}

    synchronized void put(Observation report) {
        latest.put(report.object(), report);
        waiting.put(report.object(), report);
        held.remove(report.object());
    }

    /** Keeps a report from waiting until {@link #release}; it never waits where another of the object comes before. */
    synchronized void hold(Observation report) {
        latest.put(report.object(), report);
        waiting.remove(report.object());
        held.merge(
                report.object(),
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
                waiting.put(one.report.object(), one.report);
            }
            return lasts;
        });
        return !held.isEmpty();
    }

    synchronized void tellAllAgain() {
        waiting.putAll(latest);
        held.clear();
    }

    synchronized void forget(List<? extends ObjectId> objects) {
        objects.forEach(latest::remove);
        objects.forEach(waiting::remove);
        objects.forEach(held::remove);
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** As many waiting reports as fit one message; empty where none waits. They wait no longer. */
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

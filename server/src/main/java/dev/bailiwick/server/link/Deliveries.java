package dev.bailiwick.server.link;

import dev.bailiwick.server.jail.timeline.Delivery;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The times at which the latest revisions were sent to a host and accepted by it. For any number of threads. */
final class Deliveries {

    private static final int KEPT = 32;

    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Deque<Delivery> accepted = new ArrayDeque<>();

    private record Pending(long revision, Instant readAt, long readNanos, long sentNanos) {}

    /** @param readNanos the {@link System#nanoTime} at {@code readAt}, which is a time of the database's clock */
    synchronized void sent(long revision, Instant readAt, long readNanos) {
        if (pending.size() == KEPT) {
            pending.remove();
        }
        pending.add(new Pending(revision, readAt, readNanos, System.nanoTime()));
    }

    synchronized void accepted(long revision) {
        long now = System.nanoTime();
        while (!pending.isEmpty() && pending.peek().revision <= revision) {
            Pending delivery = pending.remove();
            if (accepted.size() == KEPT) {
                accepted.remove();
            }
            accepted.add(new Delivery(
                    delivery.revision,
                    delivery.readAt,
                    delivery.readNanos,
                    (delivery.sentNanos - delivery.readNanos) / 1_000,
                    (now - delivery.sentNanos) / 1_000));
        }
    }

    synchronized List<Delivery> latest() {
        return List.copyOf(accepted);
    }
}

package dev.bailiwick.server.link;

import dev.bailiwick.server.jail.timeline.Push;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The times at which the latest revisions were sent to a host and accepted by it. For any number of threads. */
final class Pushes {

    private static final int KEPT = 32;

    private final Deque<Under> underWay = new ArrayDeque<>();
    private final Deque<Push> accepted = new ArrayDeque<>();

    private record Under(long revision, Instant readAt, long readNanos, long sentNanos) {}

    /** @param readNanos the {@link System#nanoTime} at {@code readAt}, which is a time of the database's clock */
    synchronized void sent(long revision, Instant readAt, long readNanos) {
        if (underWay.size() == KEPT) {
            underWay.remove();
        }
        underWay.add(new Under(revision, readAt, readNanos, System.nanoTime()));
    }

    synchronized void accepted(long revision) {
        long now = System.nanoTime();
        while (!underWay.isEmpty() && underWay.peek().revision <= revision) {
            Under push = underWay.remove();
            if (accepted.size() == KEPT) {
                accepted.remove();
            }
            accepted.add(new Push(
                    push.revision,
                    push.readAt,
                    (push.sentNanos - push.readNanos) / 1_000,
                    (now - push.sentNanos) / 1_000));
        }
    }

    synchronized List<Push> latest() {
        return List.copyOf(accepted);
    }
}

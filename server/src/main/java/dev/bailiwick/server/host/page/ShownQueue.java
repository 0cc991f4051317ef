package dev.bailiwick.server.host.page;

import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.Queue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The work that a host has yet to do.
 *
 * @param left how long it takes at the present rate; null if the rate is 0
 */
record ShownQueue(long jails, @Nullable String left) {

    /** Returns null if nothing is left to do, or if that is unknown. */
    static @Nullable ShownQueue of(Host host, Queue queue) {
        return host.connected() && queue.waiting() > 0
                ? new ShownQueue(
                        queue.waiting(), queue.estimate().map(ShownQueue::words).orElse(null))
                : null;
    }

    private static String words(Duration left) {
        if (left.toSeconds() < 100) {
            return left.toSeconds() + " s";
        }
        long minutes = (left.toSeconds() + 59) / 60;
        return minutes < 120 ? minutes + " min" : (minutes + 59) / 60 + " h";
    }
}

package dev.bailiwick.server.host.page;

import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.Queue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a host has yet to do.
 *
 * @param left how long that takes at its present pace; null where nothing moves
 */
record ShownQueue(long jails, @Nullable String left) {

    /** Null where nothing is left to do, or where it is not known. */
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

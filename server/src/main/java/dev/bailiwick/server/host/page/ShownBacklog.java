package dev.bailiwick.server.host.page;

import dev.bailiwick.server.host.Backlog;
import dev.bailiwick.server.host.Host;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The work that a host has yet to do.
 *
 * @param left how long it takes at the present rate; null if the rate is 0
 */
record ShownBacklog(long jails, @Nullable String left) {

    /** Returns null if nothing is left to do, or if that is unknown. */
    static @Nullable ShownBacklog of(Host host, Backlog backlog) {
        return host.connected() && backlog.waiting() > 0
                ? new ShownBacklog(
                        backlog.waiting(),
                        backlog.estimate().map(ShownBacklog::words).orElse(null))
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

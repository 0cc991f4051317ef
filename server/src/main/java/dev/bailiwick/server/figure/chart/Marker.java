package dev.bailiwick.server.figure.chart;

import dev.bailiwick.jail.figure.Measure;
import java.time.Instant;
import java.util.List;

/**
 * Something that happened while figures were measured.
 *
 * @param at when it happened; the beginning of the step in which it did, for what hosts do not report by itself
 * @param count how often, from 1
 */
public record Marker(Instant at, Kind kind, long count) {

    /** Returns the steps in which processes were killed for lack of memory, which {@code kills} counts. */
    public static List<Marker> kills(List<Step> steps, Measure kills) {
        return steps.stream()
                .map(step -> new Marker(step.at(), Kind.OOM_KILLED, step.used().getOrDefault(kills, 0L)))
                .filter(marker -> marker.count() > 0)
                .toList();
    }

    /** What happened. */
    public enum Kind {
        /** The jail was started or restarted, by whomever. */
        STARTED("started"),
        /** The definition was changed. */
        CHANGED("changed"),
        /** The kernel killed processes for lack of memory. */
        OOM_KILLED("oomKilled");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** Returns the API's word. */
        public String text() {
            return text;
        }
    }
}

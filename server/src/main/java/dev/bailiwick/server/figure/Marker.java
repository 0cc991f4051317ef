package dev.bailiwick.server.figure;

import java.time.Instant;

/**
 * Something that happened while figures were measured.
 *
 * @param at when it happened; the beginning of the step in which it did, for what hosts do not report by itself
 * @param count how often, from 1
 */
record Marker(Instant at, Kind kind, long count) {

    /** What happened. */
    enum Kind {
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
        String text() {
            return text;
        }
    }
}

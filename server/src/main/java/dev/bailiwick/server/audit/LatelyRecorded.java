package dev.bailiwick.server.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What this replica has recorded lately, of events that would otherwise come with each request. Thread-safe; two requests at once may both be
 * due.
 *
 * @param <K> what is recorded once
 */
public final class LatelyRecorded<K> {

    private final Duration between;
    /** When each was last recorded; the one that was recorded first comes first. */
    private final Map<K, Instant> recorded;

    /**
     * @param between how long the same thing is not recorded again
     * @param most beyond so many, the one that was recorded first is forgotten
     */
    public LatelyRecorded(Duration between, int most) {
        this.between = between;
        this.recorded = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, Instant> eldest) {
                return size() > most;
            }
        };
    }

    /** Returns whether it is to be recorded now. */
    public synchronized boolean isDue(K one, Instant now) {
        Instant last = recorded.get(one);
        return last == null || !now.isBefore(last.plus(between));
    }

    /** Notes that it has been recorded. */
    public synchronized void keep(K one, Instant at) {
        recorded.remove(one);
        recorded.put(one, at);
    }
}

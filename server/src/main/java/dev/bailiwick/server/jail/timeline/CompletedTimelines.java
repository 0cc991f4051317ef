package dev.bailiwick.server.jail.timeline;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The timelines that were completed a moment ago, one for each jail. For any number of threads. */
final class CompletedTimelines {

    private final Duration kept;
    private final Map<String, CompletedTimeline> unstored = new LinkedHashMap<>();
    private final Map<String, Recent> recent = new LinkedHashMap<>();

    CompletedTimelines(Duration kept) {
        this.kept = kept;
    }

    private record Recent(CompletedTimeline timeline, long nanos) {}

    synchronized void add(CompletedTimeline timeline) {
        long now = System.nanoTime();
        unstored.put(timeline.jail(), timeline);
        recent.remove(timeline.jail());
        recent.put(timeline.jail(), new Recent(timeline, now));
        Iterator<Recent> oldest = recent.values().iterator();
        while (oldest.hasNext() && now - oldest.next().nanos > kept.toNanos()) {
            oldest.remove();
        }
    }

    /** Forgets the timeline of a jail whose steps are replaced. */
    synchronized void drop(String jail) {
        recent.remove(jail);
        unstored.remove(jail);
    }

    /** Returns the timelines that it has not returned before, at most one for each jail. */
    synchronized List<CompletedTimeline> takeUnstored() {
        List<CompletedTimeline> taken = List.copyOf(unstored.values());
        unstored.clear();
        return taken;
    }

    synchronized Optional<ChangeTimeline> find(String jail, long generation) {
        return Optional.ofNullable(recent.get(jail))
                .filter(one -> one.timeline.generation() == generation)
                .filter(one -> System.nanoTime() - one.nanos <= kept.toNanos())
                .map(one -> one.timeline.timeline());
    }
}

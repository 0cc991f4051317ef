package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Phase;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What changes on a jail's page while somebody looks at it.
 *
 * @param stations the three generations: wanted, accepted, applied
 * @param waterfall the steps of the last change; null where the host has reported none
 */
record ShownStatus(
        String id,
        String state,
        List<Action> actions,
        List<Station> stations,
        Difference explanation,
        List<ShownCondition> conditions,
        int restarts,
        @Nullable Waterfall waterfall) {

    private static final String TEMPLATE = "jails/live";

    /** Something one may do to the jail, or could if it were in another state. */
    record Action(String name, String icon, boolean possible) {}

    /**
     * One of the three generations.
     *
     * @param mark {@code reached}, {@code behind}, {@code lost} or {@code refused}
     */
    record Station(
            String name,
            long generation,
            String mark,
            @Nullable Moment at) {}

    record ShownCondition(String reason, String message, Moment since) {}

    static ShownStatus of(JailView jail, Instant now) {
        JailStatus status = jail.status();
        return new ShownStatus(
                jail.id().toString(),
                status.phaseText(),
                actions(jail),
                stations(jail, now),
                Difference.of(jail),
                status.conditions().stream()
                        .map(c -> new ShownCondition(c.reason(), c.message(), Moment.of(c.since(), now)))
                        .toList(),
                status.restarts(),
                Waterfall.of(status.road(), status.steps()).orElse(null));
    }

    /** What the page's stream sends, part by part. */
    List<LivePart> parts() {
        return List.of(
                part("state", Map.of("state", state)),
                part("actions", Map.of("id", id, "actions", actions)),
                part("generations", Map.of("stations", stations, "explanation", explanation)),
                part("conditions", Map.of("conditions", conditions, "restarts", restarts)),
                part("steps", Collections.singletonMap("waterfall", waterfall)));
    }

    private static LivePart part(String name, Map<String, ? extends @Nullable Object> live) {
        return new LivePart(name, TEMPLATE, name, Map.of("live", live));
    }

    private static List<Action> actions(JailView jail) {
        boolean living = jail.retiredAt().isEmpty();
        boolean wantedToRun = jail.definition().wanted() == WantedState.RUNNING;
        return List.of(
                new Action("start", "play", living && !wantedToRun),
                new Action("stop", "stop", living && wantedToRun),
                new Action("restart", "restart", living && wantedToRun));
    }

    private static List<Station> stations(JailView jail, Instant now) {
        JailStatus status = jail.status();
        return List.of(
                new Station("wanted", jail.generation(), "reached", Moment.of(jail.updatedAt(), now)),
                new Station("accepted", status.acceptedGeneration(), mark(jail, status.acceptedGeneration()), null),
                new Station("applied", status.generation(), appliedMark(jail), null));
    }

    private static String appliedMark(JailView jail) {
        boolean refused = jail.status().phase().filter(Phase.REFUSED::equals).isPresent();
        if (refused) {
            return "refused";
        }
        String mark = mark(jail, jail.status().generation());
        // The host has begun with it, and is not done.
        return mark.equals("reached") && jail.status().phase().isPresent() && !jail.settled() ? "behind" : mark;
    }

    private static String mark(JailView jail, long generation) {
        if (generation >= jail.generation()) {
            return "reached";
        }
        return jail.status().phase().isEmpty() ? "lost" : "behind";
    }
}

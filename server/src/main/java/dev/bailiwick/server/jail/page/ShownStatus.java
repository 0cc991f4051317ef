package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.EndCause;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.jail.view.JailStatus;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the tabs of a jail that change while a user looks at them.
 *
 * @param failed whether the last change is a failed start; then no generation is applied, and the steps are those
 *     before the failure
 * @param chart the steps of the last change; null if the host has reported none
 */
record ShownStatus(
        String id,
        String state,
        List<Action> actions,
        Generations generations,
        List<ShownCondition> conditions,
        int restarts,
        boolean failed,
        @Nullable TimelineChart chart) {

    private static final String TEMPLATE = "jails/live";

    /** @param possible whether the state of the jail allows the action */
    record Action(String name, String icon, boolean possible) {}

    /**
     * The wanted, the accepted and the applied generation.
     *
     * @param settled whether all three are the same, so that only the explanation is worth a place
     */
    record Generations(List<Station> stations, StatusExplanation explanation, boolean settled) {

        static Generations of(JailView jail, Instant now) {
            List<Station> stations = ShownStatus.stations(jail, now);
            return new Generations(
                    stations,
                    StatusExplanation.of(jail),
                    stations.stream().allMatch(station -> station.mark().equals("reached")));
        }
    }

    /**
     * One of the three generations.
     *
     * @param generation null if there is none
     * @param mark {@code reached}, {@code behind}, {@code lost} or {@code refused}
     */
    record Station(
            String name,
            @Nullable Long generation,
            String mark,
            @Nullable Moment at) {}

    /** @param advice what to do about it; null if only the message says it */
    record ShownCondition(
            String reason, String message, @Nullable String advice, Moment since) {

        static ShownCondition of(Condition condition, Instant now) {
            return new ShownCondition(
                    condition.reason(),
                    condition.message(),
                    EndCause.of(condition.reason()).map(EndCause::advice).orElse(null),
                    Moment.of(condition.since(), now));
        }
    }

    static ShownStatus of(JailView jail, Instant now) {
        JailStatus status = jail.status();
        return new ShownStatus(
                jail.id().toString(),
                status.shownState(),
                actions(jail),
                Generations.of(jail, now),
                status.conditions().stream()
                        .map(condition -> ShownCondition.of(condition, now))
                        .toList(),
                status.restarts(),
                failed(jail),
                TimelineChart.of(status).orElse(null));
    }

    /** Returns the parts that the page's stream sends. */
    List<LivePart> parts() {
        return List.of(
                part("state", Map.of("state", state)),
                part("actions", Map.of("id", id, "actions", actions)),
                part("generations", Map.of("generations", generations)),
                part("plain", Map.of("generations", generations)),
                part("conditions", Map.of("conditions", conditions, "restarts", restarts)),
                new LivePart("change", TEMPLATE, "change", Map.of("live", new Steps(failed, chart))),
                new LivePart("steps", TEMPLATE, "steps", Map.of("live", new Steps(failed, chart))));
    }

    /** The part of the status that the template for steps reads. */
    record Steps(boolean failed, @Nullable TimelineChart chart) {}

    private static LivePart part(String name, Map<String, ? extends @Nullable Object> live) {
        return new LivePart(name, TEMPLATE, name, Map.of("live", live));
    }

    private static List<Action> actions(JailView jail) {
        boolean living = jail.retiredAt().isEmpty() && !jail.differsOnHost() && !jail.suspended();
        boolean wantedToRun = jail.definition().wanted() == WantedState.RUNNING;
        return List.of(
                new Action("start", "play", living && (!wantedToRun || jail.halted() || jail.ended())),
                new Action("stop", "stop", living && wantedToRun),
                new Action("restart", "restart", living && wantedToRun));
    }

    private static List<Station> stations(JailView jail, Instant now) {
        JailStatus status = jail.status();
        return List.of(
                new Station("wanted", jail.generation(), "reached", Moment.of(jail.updatedAt(), now)),
                new Station("accepted", status.acceptedGeneration(), mark(jail, status.acceptedGeneration()), null),
                new Station(
                        "applied", failed(jail) ? null : Long.valueOf(status.generation()), appliedMark(jail), null));
    }

    private static boolean failed(JailView jail) {
        return jail.status().phase().filter(Phase.REFUSED::equals).isPresent();
    }

    private static String appliedMark(JailView jail) {
        if (failed(jail)) {
            return "refused";
        }
        String mark = mark(jail, jail.status().generation());
        // The host has received the generation, but has not finished applying it.
        return mark.equals("reached") && jail.status().phase().isPresent() && !jail.settled() ? "behind" : mark;
    }

    private static String mark(JailView jail, long generation) {
        if (generation >= jail.generation() && !jail.differsOnHost()) {
            return "reached";
        }
        return jail.status().phase().isEmpty() ? "lost" : "behind";
    }
}

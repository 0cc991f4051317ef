package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.intent.HostRevisions.LockedHost;
import dev.bailiwick.server.jail.timeline.ChangeTimings;
import dev.bailiwick.server.jail.timeline.ChangeTimings.JailChange;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Starts, stops, restarts and removes jails, many with as many statements as one. */
@Component
class IntentActions {

    private final IntentRows rows;
    private final IntentRemovals removals;
    private final HostRevisions revisions;
    private final JailEvents events;
    private final ChangeTimings timings;
    private final Clock clock;

    IntentActions(
            IntentRows rows,
            IntentRemovals removals,
            HostRevisions revisions,
            JailEvents events,
            ChangeTimings timings,
            Clock clock) {
        this.rows = rows;
        this.removals = removals;
        this.revisions = revisions;
        this.events = events;
        this.timings = timings;
        this.clock = clock;
    }

    /** Returns, by id, the jails that were changed; empty for those of which nothing is left. */
    Map<JailId, Optional<JailView>> act(Caller caller, List<IntentAction> actions) {
        if (actions.isEmpty()) {
            return Map.of();
        }
        Map<HostId, LockedHost> next = revisions.next(
                actions.stream().map(action -> action.jail().host()).distinct().toList());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Set<JailId> stored = rows.act(
                actions.stream()
                        .map(action -> action.row(revision(next, action)))
                        .toList(),
                now);
        List<IntentAction> done = actions.stream()
                .filter(action -> stored.contains(action.jail().id()))
                .toList();
        Set<JailId> forgotten = removals.forgetUnseen(done.stream()
                .filter(action -> action.action() instanceof JailAction.Remove)
                .map(action -> action.jail().id())
                .toList());
        timings.changed(done.stream()
                .map(action -> new JailChange(action.jail().id(), action.generation(), revision(next, action)))
                .toList());
        done.forEach(action ->
                events.record(caller, action.jail().id(), action.jail().customer(), action.event()));
        return done.stream()
                .collect(Collectors.toMap(
                        action -> action.jail().id(),
                        action -> forgotten.contains(action.jail().id())
                                ? Optional.empty()
                                : Optional.of(action.done(now))));
    }

    private static long revision(Map<HostId, LockedHost> hosts, IntentAction action) {
        LockedHost host = hosts.get(action.jail().host());
        return host == null ? 0 : host.revision();
    }
}

package dev.bailiwick.agent.link.state;

import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.StateChange;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ends of jails, which are stops and removals, in commits that cannot be stored as a whole.
 *
 * @param kept the objects that this host has
 * @param holds the jails about which it does not follow the server
 * @param lineage the history of the stored state
 */
record StateEnds(Map<ObjectId, DesiredObject> kept, Map<ObjectId, Hold> holds, Lineage lineage) {

    /**
     * Returns the ends as a change of the state. Jails about which the server contradicts this host wait until the commit itself can be
     * stored.
     *
     * @param unstored oldest first
     * @param revision the revision of the state, which stays the same
     */
    StateChange of(List<AssembledCommit> unstored, long revision) {
        Map<ObjectId, DesiredObject> latest = new TreeMap<>();
        unstored.forEach(commit -> commit.named().forEach(object -> latest.put(object.id(), object)));
        List<DesiredObject> ends = latest.values().stream()
                .filter(object -> object instanceof DesiredJail jail && isEnd(jail))
                .filter(object -> !holds.containsKey(object.id()) && !object.equals(kept.get(object.id())))
                .toList();
        StateChange change =
                DesiredStateTransition.ofChange(kept, holds, lineage, new StateChange(revision, ends, List.of()));
        return new StateChange(
                revision,
                change.changed().stream()
                        .filter(object -> !change.holds().containsKey(object.id()))
                        .toList(),
                List.of());
    }

    /** Returns whether the server wants this jail, which the host has, to be stopped or removed. */
    private boolean isEnd(DesiredJail jail) {
        return kept.get(jail.id()) instanceof DesiredJail.Present
                && switch (jail) {
                    case DesiredJail.Removed _ -> true;
                    case DesiredJail.Present present -> present.definition().wanted() == WantedState.STOPPED;
                };
    }
}

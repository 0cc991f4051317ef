package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.reconcile.plan.EndedRun;
import dev.bailiwick.agent.reconcile.plan.Goal;
import dev.bailiwick.agent.reconcile.plan.JailHistory;
import dev.bailiwick.agent.reconcile.plan.Plan;
import dev.bailiwick.agent.reconcile.plan.Planner;
import dev.bailiwick.agent.reconcile.plan.Runs;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The jails that the desired state names or the kernel shows, with the jails that wait for another's path. The reconciler's lock
 * guards every access.
 */
final class ReconcilerState {

    private final Map<JailId, ManagedJail> byId = new TreeMap<>();
    private final PathIndex byPath = new PathIndex();
    private final Set<ManagedJail> deleting = new HashSet<>();
    private long revision;

    /** Jails whose removal is not finished, although the desired state no longer contains it. */
    private final Set<ManagedJail> lingering = new HashSet<>();

    private final EndedRuns endedRuns;
    private final LastEnds lastEnds;
    private final Clock clock;

    ReconcilerState(EndedRuns endedRuns, LastEnds lastEnds, Clock clock) {
        this.endedRuns = endedRuns;
        this.lastEnds = lastEnds;
        this.clock = clock;
    }

    ManagedJail manage(JailId id) {
        return byId.computeIfAbsent(id, this::found);
    }

    private ManagedJail found(JailId id) {
        ManagedJail managed = new ManagedJail(id);
        Optional<EndedRun> recorded = endedRuns.find(id);
        JailHistory history = lastEnds.find(id)
                .map(end -> end.history(recorded, clock.instant()))
                .orElseGet(() -> JailHistory.NONE.with(Runs.found(recorded)));
        managed.goal = lastEnds.find(id).map(LastEnd::goal).orElse("");
        managed.state = managed.state.remembering(history);
        return managed;
    }

    Optional<ManagedJail> find(JailId id) {
        return Optional.ofNullable(byId.get(id));
    }

    List<ManagedJail> all() {
        return List.copyOf(byId.values());
    }

    boolean holds(ManagedJail managed) {
        return byId.get(managed.id) == managed;
    }

    void forget(ManagedJail managed) {
        byId.remove(managed.id, managed);
        managed.path().ifPresent(path -> byPath.remove(path, managed));
        deleting.remove(managed);
        lingering.remove(managed);
        lastEnds.remove(managed.id);
    }

    /** Removes the records of ends of jails that are gone. */
    void forgetOtherEnds() {
        lastEnds.removeAllBut(Set.copyOf(byId.keySet()));
    }

    /**
     * Applies a change of the desired state. It looks only at the jails that the change names, because a change of one jail must not
     * cost as many steps as there are jails.
     *
     * @return the jails whose desired state has changed
     */
    List<ManagedJail> accept(StateChange change, Instant now) {
        revision = change.revision();
        List<ManagedJail> changed = new ArrayList<>();
        for (DesiredObject object : change.changed()) {
            switch (object) {
                case DesiredJail jail -> {
                    Optional<Condition> standing =
                            Optional.ofNullable(change.holds().get(jail.id())).map(hold -> condition(jail, hold, now));
                    want(jail, standing, now).ifPresent(changed::add);
                    lingering.remove(manage(jail.id()));
                }
            }
        }
        for (ObjectId id : change.gone()) {
            switch (id) {
                case JailId jail -> find(jail).ifPresent(lingering::add);
            }
        }
        for (ManagedJail managed : List.copyOf(lingering)) {
            if (!(managed.desired instanceof DesiredJail.Removed) || managed.phase == Phase.REMOVED) {
                lingering.remove(managed);
                unwant(managed);
                changed.add(managed);
            }
        }
        return changed;
    }

    private static Condition condition(DesiredJail has, Hold hold, Instant now) {
        return switch (hold.kind()) {
            case UNKNOWN ->
                new Condition(
                        "UnknownToServer",
                        "stays as it is: the server no longer names it for this host, but did not remove it either; an operator"
                                + " has to decide",
                        now);
            case CHANGED ->
                new Condition(
                        Condition.CHANGED_ON_HOST,
                        "stays at generation " + has.generation()
                                + ", which the server has lost; an operator has to decide",
                        now);
            case REMOVED ->
                new Condition(
                        Condition.REMOVED_ON_HOST,
                        "was removed by generation " + has.generation()
                                + ", which the server has lost; not started until an operator decides",
                        now);
        };
    }

    /** Plans for one jail. If its goal has changed, the failures on the way to the earlier goal are forgotten. */
    Plan plan(ManagedJail managed, Instant now) {
        Goal goal = managed.desired == null ? new Goal.Leave() : Goal.of(managed.desired, now, inTheWay(managed));
        if (!goal.identity().equals(managed.goal)) {
            managed.goal = goal.identity();
            managed.state = managed.state.remembering(managed.state.history().towardsAnotherGoal());
        }
        return managed.until(Planner.plan(goal, managed.state, now), now);
    }

    /** @return the jails that waited for the deletion of this jail's files, if this phase ends it */
    List<ManagedJail> enter(ManagedJail managed, Phase phase) {
        managed.phase = phase;
        if (managed.isDeleting() || !deleting.remove(managed)) {
            return List.of();
        }
        return neighbours(managed).filter(other -> other.phase == Phase.PENDING).toList();
    }

    /** @return the jail; empty if its desired state has not changed */
    private Optional<ManagedJail> want(DesiredJail desired, Optional<Condition> standing, Instant now) {
        ManagedJail managed = manage(desired.id());
        if (desired.equals(managed.desired) && standing.equals(managed.standing)) {
            return Optional.empty();
        }
        var pathBefore = managed.path();
        boolean keptBefore = managed.isKept();
        managed.desired = desired;
        managed.standing = standing;
        managed.phase = Phase.PENDING;
        managed.wantedAt = Optional.of(now);
        boolean moved = !managed.path().equals(pathBefore);
        if (moved) {
            pathBefore.ifPresent(path -> byPath.remove(path, managed));
            managed.path().ifPresent(path -> byPath.add(path, managed));
        }
        if (moved || managed.isKept() != keptBefore) {
            managed.claimedAt = revision;
        }
        if (managed.isDeleting()) {
            deleting.add(managed);
        } else {
            deleting.remove(managed);
        }
        return Optional.of(managed);
    }

    /** Clears the desired state of a jail whose removal is done and known to the server. */
    private void unwant(ManagedJail managed) {
        managed.path().ifPresent(path -> byPath.remove(path, managed));
        managed.desired = null;
        managed.standing = Optional.empty();
        deleting.remove(managed);
    }

    /**
     * Returns the jail with an overlapping path for which this one must wait: for a jail that is kept, a jail whose files must still
     * be deleted; for a jail whose files are to be deleted, a jail that got the path in the same revision or earlier.
     */
    private Optional<JailId> inTheWay(ManagedJail managed) {
        return neighbours(managed)
                .filter(other -> managed.isKept()
                        ? deleting.contains(other)
                        : managed.isDeleting() && other.isKept() && other.claimedAt <= managed.claimedAt)
                .map(other -> other.id)
                .findFirst();
    }

    /** Returns the other jails whose path is the same as this one's, or above or below it. */
    private Stream<ManagedJail> neighbours(ManagedJail managed) {
        return managed.path().stream().flatMap(byPath::overlapping).filter(other -> other != managed);
    }

    /** Returns whether the kernel shows the jail as the agent last knew it. */
    static boolean agrees(ManagedJail managed, Optional<ObservedJail> seen) {
        return managed.state
                .observed()
                .map(known -> seen.filter(actual -> actual.initPid().equals(known.initPid())
                                && actual.generation() == known.generation()
                                && actual.fingerprint().equals(known.fingerprint()))
                        .isPresent())
                .orElse(seen.isEmpty());
    }
}

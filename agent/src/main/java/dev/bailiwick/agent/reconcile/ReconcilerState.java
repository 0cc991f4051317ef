package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredObject;
import dev.bailiwick.jail.Held;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.Phase;
import dev.bailiwick.jail.StateChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Every jail that is wanted or was found, and who is in whose way. Holds no lock: every access is under the reconciler's. */
final class ReconcilerState {

    private final Map<JailId, ManagedJail> byId = new TreeMap<>();
    private final PathIndex byPath = new PathIndex();
    private final Set<ManagedJail> deleting = new HashSet<>();
    private long revision;

    /** Tombstones that are named no more before they are carried out. */
    private final Set<ManagedJail> lingering = new HashSet<>();

    ManagedJail manage(JailId id) {
        return byId.computeIfAbsent(id, ManagedJail::new);
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
    }

    /**
     * Takes over a change of what is wanted. What it does not name is not looked at: with thousands of jails, each change would cost
     * as many steps.
     *
     * @return the jails of which something else is wanted now
     */
    List<ManagedJail> accept(StateChange change, Instant now) {
        revision = change.revision();
        List<ManagedJail> changed = new ArrayList<>();
        for (DesiredObject object : change.changed()) {
            switch (object) {
                case Desired jail -> {
                    Optional<Condition> standing =
                            Optional.ofNullable(change.held().get(jail.id())).map(held -> condition(jail, held, now));
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
            if (!(managed.desired instanceof Desired.Removed) || managed.phase == Phase.REMOVED) {
                lingering.remove(managed);
                unwant(managed);
                changed.add(managed);
            }
        }
        return changed;
    }

    private static Condition condition(Desired has, Held held, Instant now) {
        return switch (held.kind()) {
            case UNKNOWN ->
                new Condition(
                        "UnknownToServer",
                        "stays as it is: the server's desired state of this host does not name it, and never said that it was"
                                + " removed; an operator has to decide",
                        now);
            case CHANGED ->
                new Condition(
                        Condition.CHANGED_ON_HOST,
                        "stays as generation " + has.generation()
                                + " says, which the server has lost; an operator has to decide",
                        now);
            case REMOVED ->
                new Condition(
                        Condition.REMOVED_ON_HOST,
                        "was removed by generation " + has.generation()
                                + ", which the server has lost; not started until an operator decides",
                        now);
        };
    }

    /** Plans for one jail; what went wrong on the way to another goal is forgotten. */
    Plan plan(ManagedJail managed, Instant now) {
        Goal goal = managed.desired == null ? new Goal.Leave() : Goal.of(managed.desired, now, inTheWay(managed));
        if (!goal.identity().equals(managed.goal)) {
            managed.goal = goal.identity();
            managed.state = managed.state.remembering(managed.state.history().towardsAnotherGoal());
        }
        return Planner.plan(goal, managed.state, now);
    }

    /** @return the jails that waited for what this phase ends */
    List<ManagedJail> enter(ManagedJail managed, Phase phase) {
        managed.phase = phase;
        if (managed.isDeleting() || !deleting.remove(managed)) {
            return List.of();
        }
        return neighbours(managed).filter(other -> other.phase == Phase.PENDING).toList();
    }

    /** @return the jail; empty if the same was wanted before */
    private Optional<ManagedJail> want(Desired desired, Optional<Condition> standing, Instant now) {
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

    /** Its removal is done, and the server knows. */
    private void unwant(ManagedJail managed) {
        managed.path().ifPresent(path -> byPath.remove(path, managed));
        managed.desired = null;
        managed.standing = Optional.empty();
        deleting.remove(managed);
    }

    /** For a jail that is kept, a deletion under way at its path; for one to be deleted, a jail that had its path no later. */
    private Optional<JailId> inTheWay(ManagedJail managed) {
        return neighbours(managed)
                .filter(other -> managed.isKept()
                        ? deleting.contains(other)
                        : managed.isDeleting() && other.isKept() && other.claimedAt <= managed.claimedAt)
                .map(other -> other.id)
                .findFirst();
    }

    /** Those whose path is the same as this one's, or above or below it. */
    private Stream<ManagedJail> neighbours(ManagedJail managed) {
        return managed.path().stream().flatMap(byPath::overlapping).filter(other -> other != managed);
    }

    /** What the kernel shows of a jail, as it was last known. */
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

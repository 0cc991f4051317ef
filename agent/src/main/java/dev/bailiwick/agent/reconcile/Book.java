package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Held;
import dev.bailiwick.jail.JailId;
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
final class Book {

    private final Map<JailId, JailTrack> tracks = new TreeMap<>();
    private final PathIndex byPath = new PathIndex();
    private final Set<JailTrack> deleting = new HashSet<>();
    private long revision;

    /** Tombstones that are named no more before they are carried out. */
    private final Set<JailTrack> lingering = new HashSet<>();

    JailTrack track(JailId id) {
        return tracks.computeIfAbsent(id, JailTrack::new);
    }

    Optional<JailTrack> find(JailId id) {
        return Optional.ofNullable(tracks.get(id));
    }

    List<JailTrack> all() {
        return List.copyOf(tracks.values());
    }

    boolean holds(JailTrack track) {
        return tracks.get(track.id) == track;
    }

    void forget(JailTrack track) {
        tracks.remove(track.id, track);
        track.path().ifPresent(path -> byPath.remove(path, track));
        deleting.remove(track);
        lingering.remove(track);
    }

    /**
     * Takes over a change of what is wanted. What it does not name is not looked at: with thousands of jails, each change would cost
     * as many steps.
     *
     * @return the jails of which something else is wanted now
     */
    List<JailTrack> accept(StateChange change, Instant now) {
        revision = change.revision();
        List<JailTrack> changed = new ArrayList<>();
        for (Desired desired : change.changed()) {
            Optional<Condition> standing =
                    Optional.ofNullable(change.held().get(desired.id())).map(held -> condition(desired, held, now));
            want(desired, standing, now).ifPresent(changed::add);
            lingering.remove(track(desired.id()));
        }
        change.gone().forEach(id -> find(id).ifPresent(lingering::add));
        for (JailTrack track : List.copyOf(lingering)) {
            if (!(track.desired instanceof Desired.Removed) || track.phase == Phase.REMOVED) {
                lingering.remove(track);
                unwant(track);
                changed.add(track);
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
    Plan plan(JailTrack track, Instant now) {
        Goal goal = track.desired == null ? new Goal.Leave() : Goal.of(track.desired, now, inTheWay(track));
        if (!goal.identity().equals(track.goal)) {
            track.goal = goal.identity();
            track.state = track.state.remembering(track.state.history().towardsAnotherGoal());
        }
        return Planner.plan(goal, track.state, now);
    }

    /** @return the jails that waited for what this phase ends */
    List<JailTrack> enter(JailTrack track, Phase phase) {
        track.phase = phase;
        if (track.isDeleting() || !deleting.remove(track)) {
            return List.of();
        }
        return neighbours(track).filter(other -> other.phase == Phase.PENDING).toList();
    }

    /** @return its jail, unless that was wanted before */
    private Optional<JailTrack> want(Desired desired, Optional<Condition> standing, Instant now) {
        JailTrack track = track(desired.id());
        if (desired.equals(track.desired) && standing.equals(track.standing)) {
            return Optional.empty();
        }
        var pathBefore = track.path();
        boolean keptBefore = track.isKept();
        track.desired = desired;
        track.standing = standing;
        track.phase = Phase.PENDING;
        track.wantedAt = Optional.of(now);
        boolean moved = !track.path().equals(pathBefore);
        if (moved) {
            pathBefore.ifPresent(path -> byPath.remove(path, track));
            track.path().ifPresent(path -> byPath.add(path, track));
        }
        if (moved || track.isKept() != keptBefore) {
            track.claimedAt = revision;
        }
        if (track.isDeleting()) {
            deleting.add(track);
        } else {
            deleting.remove(track);
        }
        return Optional.of(track);
    }

    /** Its removal is done, and the server knows. */
    private void unwant(JailTrack track) {
        track.path().ifPresent(path -> byPath.remove(path, track));
        track.desired = null;
        track.standing = Optional.empty();
        deleting.remove(track);
    }

    /** For a jail that is kept, a deletion under way at its path; for one to be deleted, a jail that had its path no later. */
    private Optional<JailId> inTheWay(JailTrack track) {
        return neighbours(track)
                .filter(other -> track.isKept()
                        ? deleting.contains(other)
                        : track.isDeleting() && other.isKept() && other.claimedAt <= track.claimedAt)
                .map(other -> other.id)
                .findFirst();
    }

    /** Those whose path is the same as this one's, or above or below it. */
    private Stream<JailTrack> neighbours(JailTrack track) {
        return track.path().stream().flatMap(byPath::overlapping).filter(other -> other != track);
    }

    /** What the kernel shows of a jail, as this book has it. */
    static boolean agrees(JailTrack track, Optional<ObservedJail> seen) {
        return track.state
                .observed()
                .map(known -> seen.filter(actual -> actual.initPid().equals(known.initPid())
                                && actual.generation() == known.generation()
                                && actual.fingerprint().equals(known.fingerprint()))
                        .isPresent())
                .orElse(seen.isEmpty());
    }
}

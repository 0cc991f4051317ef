package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Phase;
import dev.bailiwick.jail.StateChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every jail that is wanted or was found, and who is in whose way. Holds no lock: every access is under the reconciler's. */
final class Book {

    private final Map<JailId, JailTrack> tracks = new TreeMap<>();
    private final PathIndex byPath = new PathIndex();
    private final Set<JailTrack> deleting = new HashSet<>();
    private final Map<JailId, Desired> wanted = new TreeMap<>();
    private long revision;

    /** What is wanted although the last desired state does not name it: see {@link Succession}. */
    private final Set<JailId> unnamed = new HashSet<>();

    /** Some jail is not as the last desired state would have it. */
    private boolean conditional;

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
    }

    /**
     * Takes over a desired state as far as {@link Succession} lets it.
     *
     * @return the jails of which something else is wanted now
     */
    Succeeded accept(DesiredState next, Instant now) {
        Succession succession = Succession.of(new DesiredState(revision, wanted), next, running(), now);
        wanted.clear();
        wanted.putAll(succession.state().jails());
        wanted.keySet().removeIf(id -> isSettledTombstone(id) && !next.jails().containsKey(id));
        revision = succession.state().revision();
        conditional = !succession.conditions().isEmpty();
        unnamed.clear();
        unnamed.addAll(wanted.keySet());
        unnamed.removeAll(next.jails().keySet());
        List<JailTrack> changed = new ArrayList<>();
        wanted.forEach((id, desired) -> {
            Optional<Condition> standing =
                    Optional.ofNullable(succession.conditions().get(id));
            want(desired, standing, now).ifPresent(changed::add);
        });
        tracks.values().stream()
                .filter(track -> track.desired != null && !wanted.containsKey(track.id))
                .forEach(track -> {
                    unwant(track);
                    changed.add(track);
                });
        return new Succeeded(changed, succession.conditions().values());
    }

    /**
     * As {@link #accept(DesiredState, Instant)} with what this change makes of the state before. Where nothing about that is
     * in question, what the change does not name is not looked at: with thousands of jails, each change would cost as many steps.
     */
    Succeeded accept(StateChange change, Instant now) {
        boolean plain = !conditional
                && unnamed.isEmpty()
                && change.revision() >= revision
                && change.gone().stream().allMatch(this::isSettledTombstone);
        if (!plain) {
            Map<JailId, Desired> next = new TreeMap<>(wanted);
            next.keySet().removeAll(unnamed);
            change.applyTo(next);
            return accept(new DesiredState(change.revision(), next), now);
        }
        change.applyTo(wanted);
        revision = change.revision();
        List<JailTrack> changed = new ArrayList<>();
        change.changed().forEach(desired -> want(desired, Optional.empty(), now).ifPresent(changed::add));
        for (JailId id : change.gone()) {
            find(id).filter(track -> !wanted.containsKey(id)).ifPresent(track -> {
                unwant(track);
                changed.add(track);
            });
        }
        return new Succeeded(changed, List.of());
    }

    record Succeeded(List<JailTrack> changed, Collection<Condition> refusals) {}

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

    private Set<JailId> running() {
        return tracks.values().stream()
                .filter(track -> track.state.isRunning())
                .map(track -> track.id)
                .collect(Collectors.toUnmodifiableSet());
    }

    private boolean isSettledTombstone(JailId id) {
        JailTrack track = tracks.get(id);
        return track != null && track.desired instanceof Desired.Removed && track.phase == Phase.REMOVED;
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

package dev.bailiwick.agent.link.state;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The desired state that a commit brings. */
public sealed interface AssembledCommit {

    /**
     * The parts of a commit that this agent cannot read, because the server is of a later version.
     *
     * @param jails jails with an unreadable definition, which stay as they are
     * @param kinds unknown kinds of objects, which are left out
     */
    record UnreadableObjects(List<Unreadable> jails, Set<String> kinds) {

        static final UnreadableObjects NOTHING = new UnreadableObjects(List.of(), Set.of());

        public UnreadableObjects {
            jails = List.copyOf(jails);
            kinds = Set.copyOf(kinds);
        }

        boolean isNothing() {
            return jails.isEmpty() && kinds.isEmpty();
        }
    }

    /** A snapshot, which replaces the earlier state, except for the jails that cannot be read. */
    record Snapshot(DesiredState state, UnreadableObjects unreadable) implements AssembledCommit {

        Snapshot(DesiredState state) {
            this(state, UnreadableObjects.NOTHING);
        }
    }

    /** A change of the last committed state. Its revision is not lower than that state's. */
    record Delta(StateChange change, UnreadableObjects unreadable) implements AssembledCommit {

        Delta(StateChange change) {
            this(change, UnreadableObjects.NOTHING);
        }
    }

    UnreadableObjects unreadable();

    /** Returns the same commit, in which the objects that it names are replaced by these. */
    default AssembledCommit with(Map<ObjectId, DesiredObject> objects) {
        return switch (this) {
            case Snapshot(DesiredState state, UnreadableObjects unreadable) ->
                new Snapshot(new DesiredState(state.revision(), replaced(state.objects(), objects)), unreadable);
            case Delta(StateChange change, UnreadableObjects unreadable) ->
                new Delta(
                        new StateChange(
                                change.revision(),
                                change.changed().stream()
                                        .map(named -> objects.getOrDefault(named.id(), named))
                                        .toList(),
                                change.holds(),
                                change.gone()),
                        unreadable);
        };
    }

    /** Returns the same commit without the removals of these jails. */
    default AssembledCommit withoutRemovalsOf(Collection<JailId> jails) {
        return switch (this) {
            case Snapshot(DesiredState state, UnreadableObjects unreadable) -> {
                Map<ObjectId, DesiredObject> rest = new TreeMap<>(state.objects());
                rest.values().removeIf(named -> isRemovalOf(jails, named));
                yield new Snapshot(new DesiredState(state.revision(), rest), unreadable);
            }
            case Delta(StateChange change, UnreadableObjects unreadable) ->
                new Delta(
                        new StateChange(
                                change.revision(),
                                change.changed().stream()
                                        .filter(named -> !isRemovalOf(jails, named))
                                        .toList(),
                                change.holds(),
                                change.gone()),
                        unreadable);
        };
    }

    private static boolean isRemovalOf(Collection<JailId> jails, DesiredObject named) {
        return named instanceof DesiredJail.Removed removed && jails.contains(removed.id());
    }

    private static Map<ObjectId, DesiredObject> replaced(
            Map<ObjectId, DesiredObject> named, Map<ObjectId, DesiredObject> objects) {
        Map<ObjectId, DesiredObject> all = new TreeMap<>(named);
        all.replaceAll((id, before) -> objects.getOrDefault(id, before));
        return all;
    }

    /** Returns the objects that the commit names. */
    default Collection<DesiredObject> named() {
        return switch (this) {
            case Snapshot(DesiredState state, var _) -> state.objects().values();
            case Delta(StateChange change, var _) -> change.changed();
        };
    }

    default long revision() {
        return switch (this) {
            case Snapshot(DesiredState state, var _) -> state.revision();
            case Delta(StateChange change, var _) -> change.revision();
        };
    }
}

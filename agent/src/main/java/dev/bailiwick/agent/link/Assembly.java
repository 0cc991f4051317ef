package dev.bailiwick.agent.link;

import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.StateChange;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.Removal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what one stream says the desired state is: a snapshot or a run of deltas counts when its commit has come, and
 * not in parts. Confined to one thread.
 */
final class Assembly {

    /** As of the last commit; null where the agent said it has nothing and no snapshot has been committed yet. */
    private @Nullable Map<JailId, Desired> base;

    private long baseRevision;

    /** Of a snapshot all, of a run of deltas what they change; null where nothing is open. */
    private @Nullable Map<JailId, Desired> pending;

    private boolean inSnapshot;

    private Assembly(@Nullable DesiredState base) {
        if (base != null) {
            this.base = new TreeMap<>(base.jails());
            // The server builds on what it has said of these, and not on what is held instead.
            this.base.keySet().removeAll(base.held().keySet());
            this.baseRevision = base.revision();
        }
    }

    /** What a commit makes of what came before it. */
    sealed interface Committed {

        /** This, whatever was before. */
        record Whole(DesiredState state) implements Committed {}

        /** What was committed before, but for this; the revision does not run backwards. */
        record Changed(StateChange change) implements Committed {}

        default long revision() {
            return switch (this) {
                case Whole(DesiredState state) -> state.revision();
                case Changed(StateChange change) -> change.revision();
            };
        }
    }

    /** For a stream on which the agent said it has {@code state}: deltas build on that. */
    static Assembly upon(DesiredState state) {
        return new Assembly(state);
    }

    /** For a stream on which the agent said it has nothing: the first thing must be a snapshot. */
    static Assembly fromNothing() {
        return new Assembly(null);
    }

    void beginSnapshot() {
        if (pending != null) {
            throw new MalformedMessage("a snapshot begins within what is not yet committed", null);
        }
        pending = new TreeMap<>();
        inSnapshot = true;
    }

    void add(Intent intent) {
        add(Wire.fromWire(intent));
    }

    void add(Removal removal) {
        add(Wire.fromWire(removal));
    }

    private void add(Desired desired) {
        Map<JailId, Desired> jails = pending();
        Desired earlier = jails.put(desired.id(), desired);
        Desired before = earlier != null || inSnapshot ? earlier : base().get(desired.id());
        if (before != null && inSnapshot) {
            throw new MalformedMessage("jail " + desired.id() + " is twice in one snapshot", null);
        }
        if (before != null && desired.generation() < before.generation()) {
            throw new MalformedMessage(
                    "generation " + desired.generation() + " of jail " + desired.id() + " came after "
                            + before.generation(),
                    null);
        }
    }

    Committed commit(long revision) {
        if (revision < 0) {
            throw new MalformedMessage("a commit must be of a revision from 0 to 2^63 - 1", null);
        }
        Map<JailId, Desired> jails = pending();
        if (!inSnapshot && revision < baseRevision) {
            throw new MalformedMessage("deltas to revision " + revision + " came after " + baseRevision, null);
        }
        boolean whole = inSnapshot;
        if (inSnapshot) {
            base = jails;
        } else {
            base().putAll(jails);
        }
        baseRevision = revision;
        pending = null;
        inSnapshot = false;
        return whole
                ? new Committed.Whole(new DesiredState(revision, base()))
                : new Committed.Changed(new StateChange(revision, List.copyOf(jails.values()), List.of()));
    }

    /** The server will not name these again; only tombstones are ever forgotten. */
    void forget(List<JailId> jails) {
        if (base != null) {
            removeTombstones(base, jails);
        }
        if (pending != null && !inSnapshot) {
            removeTombstones(pending, jails);
        }
    }

    /** @return those that were there */
    static List<JailId> removeTombstones(Map<JailId, Desired> state, List<JailId> named) {
        List<JailId> tombstones = named.stream()
                .filter(id -> state.get(id) instanceof Desired.Removed)
                .toList();
        tombstones.forEach(state::remove);
        return tombstones;
    }

    private Map<JailId, Desired> base() {
        if (base == null) {
            throw new MalformedMessage("deltas came to an agent that said it has nothing", null);
        }
        return base;
    }

    private Map<JailId, Desired> pending() {
        if (pending == null) {
            base(); // which deltas need
            pending = new TreeMap<>();
        }
        return pending;
    }
}

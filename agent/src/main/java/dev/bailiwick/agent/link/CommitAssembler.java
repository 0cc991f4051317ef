package dev.bailiwick.agent.link;

import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.StateChange;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.Removal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what one stream says the desired state is: a snapshot or a run of deltas counts when its commit has come, and
 * not in parts. Confined to one thread.
 */
final class CommitAssembler {

    /** As of the last commit; null where the agent said it has nothing and no snapshot has been committed yet. */
    private @Nullable Map<JailId, Desired> base;

    private long baseRevision;

    /** All jails of a snapshot, or the changed ones of a run of deltas; null where nothing is open. */
    private @Nullable Map<JailId, Desired> pending;

    private boolean inSnapshot;

    /** What came since the last commit. */
    private final List<Unreadable> unreadable = new ArrayList<>();

    private CommitAssembler(@Nullable DesiredState base) {
        if (base != null) {
            this.base = new TreeMap<>(base.jails());
            // The server builds on what it has said of these, and not on what is held instead.
            this.base.keySet().removeAll(base.held().keySet());
            this.baseRevision = base.revision();
        }
    }

    /** What a commit makes of what came before it. */
    sealed interface Committed {

        /** This, whatever was before; but of each jail of which it cannot be read what it says. */
        record Whole(DesiredState state, List<Unreadable> unreadable) implements Committed {

            Whole(DesiredState state) {
                this(state, List.of());
            }
        }

        /** What was committed before, but for this; the revision does not run backwards. */
        record Changed(StateChange change, List<Unreadable> unreadable) implements Committed {

            Changed(StateChange change) {
                this(change, List.of());
            }
        }

        /** What was said and cannot be read: of those jails nothing changes. */
        List<Unreadable> unreadable();

        default long revision() {
            return switch (this) {
                case Whole(DesiredState state, var _) -> state.revision();
                case Changed(StateChange change, var _) -> change.revision();
            };
        }
    }

    /** For a stream on which the agent said it has {@code state}: deltas build on that. */
    static CommitAssembler upon(DesiredState state) {
        return new CommitAssembler(state);
    }

    /** For a stream on which the agent said it has nothing: the first thing must be a snapshot. */
    static CommitAssembler fromNothing() {
        return new CommitAssembler(null);
    }

    void beginSnapshot() {
        if (pending != null) {
            throw new MalformedMessage("a snapshot begins within what is not yet committed", null);
        }
        pending = new TreeMap<>();
        inSnapshot = true;
    }

    void add(Intent intent) {
        read(intent.getJailId(), intent.getGeneration(), () -> Wire.fromWire(intent))
                .ifPresent(this::add);
    }

    void add(Removal removal) {
        read(removal.getJailId(), removal.getGeneration(), () -> Wire.fromWire(removal))
                .ifPresent(this::add);
    }

    /** What a later server says of one jail is not to cost this host all others. */
    private Optional<Desired> read(String id, long generation, Supplier<Desired> reading) {
        try {
            return Optional.of(reading.get());
        } catch (MalformedMessage e) {
            pending();
            unreadable.add(Unreadable.of(id, generation, e));
            return Optional.empty();
        }
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
        List<Unreadable> unread = List.copyOf(unreadable);
        unreadable.clear();
        if (inSnapshot) {
            base = jails;
        } else {
            base().putAll(jails);
        }
        baseRevision = revision;
        pending = null;
        inSnapshot = false;
        return whole
                ? new Committed.Whole(new DesiredState(revision, base()), unread)
                : new Committed.Changed(new StateChange(revision, List.copyOf(jails.values()), List.of()), unread);
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

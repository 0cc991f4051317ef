package dev.bailiwick.agent.link;

import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.JailId;
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

    private @Nullable DesiredState base;
    private @Nullable Map<JailId, Desired> pending;
    private boolean inSnapshot;

    private Assembly(@Nullable DesiredState base) {
        this.base = base;
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
        Desired before = jails.put(desired.id(), desired);
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

    /** The whole desired state as of this commit. */
    DesiredState commit(long revision) {
        if (revision < 0) {
            throw new MalformedMessage("a commit must be of a revision from 0 to 2^63 - 1", null);
        }
        Map<JailId, Desired> jails = pending();
        if (!inSnapshot && base != null && revision < base.revision()) {
            throw new MalformedMessage("deltas to revision " + revision + " came after " + base.revision(), null);
        }
        DesiredState committed = new DesiredState(revision, jails);
        base = committed;
        pending = null;
        inSnapshot = false;
        return committed;
    }

    /** The server will not name these again; only tombstones are ever forgotten. */
    void forget(List<JailId> jails) {
        if (base != null) {
            base = without(base, jails);
        }
        if (pending != null && !inSnapshot) {
            Map<JailId, Desired> open = pending;
            jails.forEach(id -> open.computeIfPresent(id, Assembly::unlessTombstone));
        }
    }

    static DesiredState without(DesiredState state, List<JailId> tombstones) {
        Map<JailId, Desired> jails = new TreeMap<>(state.jails());
        tombstones.forEach(id -> jails.computeIfPresent(id, Assembly::unlessTombstone));
        return new DesiredState(state.revision(), jails);
    }

    private static @Nullable Desired unlessTombstone(JailId id, Desired desired) {
        return desired instanceof Desired.Removed ? null : desired;
    }

    private Map<JailId, Desired> pending() {
        if (pending == null) {
            if (base == null) {
                throw new MalformedMessage("deltas came to an agent that said it has nothing", null);
            }
            pending = new TreeMap<>(base.jails());
        }
        return pending;
    }
}

package dev.bailiwick.agent.link.state;

import dev.bailiwick.agent.link.state.AssembledCommit.UnreadableObjects;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.ObjectKind;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.Removal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Collects the desired state that the server sends on one stream. A snapshot or a series of deltas takes effect as a whole, when its
 * commit arrives. Confined to one thread.
 */
public final class CommitAssembler {

    private static final int MAX_UNKNOWN_KINDS = 64;
    private static final Pattern KIND = Pattern.compile("[a-z0-9-]{1,64}");

    /** The objects as of the last commit; null if the agent reported no state and no snapshot has been committed yet. */
    private @Nullable Map<ObjectId, DesiredObject> base;

    private long baseRevision;

    /** All objects of the open snapshot, or the changed objects of the open deltas; null if neither is open. */
    private @Nullable Map<ObjectId, DesiredObject> pending;

    private boolean inSnapshot;

    /** The definitions since the last commit that cannot be read. */
    private final List<Unreadable> unreadable = new ArrayList<>();

    private final Set<String> unknownKinds = new TreeSet<>();

    private CommitAssembler(@Nullable DesiredState base) {
        if (base != null) {
            this.base = new TreeMap<>(base.objects());
            // The server's deltas build on its own definitions of these jails, not on those that this host holds.
            this.base.keySet().removeAll(base.holds().keySet());
            this.baseRevision = base.revision();
        }
    }

    /** Returns an assembler for a stream on which the agent reported {@code state}; deltas build on it. */
    static CommitAssembler upon(DesiredState state) {
        return new CommitAssembler(state);
    }

    /** Returns an assembler for a stream on which the agent reported no state; the first message must be a snapshot. */
    static CommitAssembler fromNothing() {
        return new CommitAssembler(null);
    }

    public void beginSnapshot() {
        if (pending != null) {
            throw new MalformedMessage("a snapshot begins before the earlier messages were committed", null);
        }
        pending = new TreeMap<>();
        inSnapshot = true;
    }

    public void add(dev.bailiwick.protocol.v1.DesiredObject object) {
        if (ObjectKind.find(object.getKind()).isPresent()) {
            read(object.getId(), object.getGeneration(), () -> Wire.fromWire(object))
                    .ifPresent(this::add);
        } else {
            pending();
            unknownKinds.add(requireKind(object.getKind()));
        }
    }

    /**
     * Returns the kind, after checking it.
     *
     * @throws MalformedMessage if the kind is not 1 to 64 of a-z, 0-9 and '-', or more than 64 kinds are unknown
     */
    private String requireKind(String kind) {
        if (!KIND.matcher(kind).matches() || unknownKinds.size() >= MAX_UNKNOWN_KINDS) {
            throw new MalformedMessage(
                    "the kind of an object must be 1 to 64 of a-z, 0-9 and '-', and at most " + MAX_UNKNOWN_KINDS
                            + " kinds may be unknown",
                    null);
        }
        return kind;
    }

    public void add(Intent intent) {
        read(intent.getJailId(), intent.getGeneration(), () -> Wire.fromWire(intent))
                .ifPresent(this::add);
    }

    public void add(Removal removal) {
        read(removal.getJailId(), removal.getGeneration(), () -> Wire.fromWire(removal))
                .ifPresent(this::add);
    }

    /** Reads one object; notes a jail whose definition cannot be read, so that the other jails are not affected. */
    private Optional<DesiredObject> read(String id, long generation, Supplier<DesiredObject> reading) {
        try {
            return Optional.of(reading.get());
        } catch (MalformedMessage e) {
            pending();
            unreadable.add(Unreadable.of(id, generation, e));
            return Optional.empty();
        }
    }

    private void add(DesiredObject desired) {
        Map<ObjectId, DesiredObject> objects = pending();
        DesiredObject earlier = objects.put(desired.id(), desired);
        DesiredObject before = earlier != null || inSnapshot ? earlier : base().get(desired.id());
        if (before != null && inSnapshot) {
            throw new MalformedMessage(name(desired) + " appears twice in one snapshot", null);
        }
        if (before != null && desired.generation() < before.generation()) {
            throw new MalformedMessage(
                    "generation " + desired.generation() + " of " + name(desired) + " came after "
                            + before.generation(),
                    null);
        }
    }

    private static String name(DesiredObject desired) {
        return desired.id().kind().text() + " " + desired.id();
    }

    public AssembledCommit commit(long revision) {
        if (revision < 0) {
            throw new MalformedMessage("the revision of a commit must be from 0 to 2^63 - 1", null);
        }
        Map<ObjectId, DesiredObject> objects = pending();
        if (!inSnapshot && revision < baseRevision) {
            throw new MalformedMessage("deltas to revision " + revision + " came after " + baseRevision, null);
        }
        boolean isSnapshot = inSnapshot;
        UnreadableObjects leftOut = new UnreadableObjects(unreadable, unknownKinds);
        unreadable.clear();
        unknownKinds.clear();
        if (inSnapshot) {
            base = objects;
        } else {
            base().putAll(objects);
        }
        baseRevision = revision;
        pending = null;
        inSnapshot = false;
        return isSnapshot
                ? new AssembledCommit.Snapshot(new DesiredState(revision, base()), leftOut)
                : new AssembledCommit.Delta(
                        new StateChange(revision, List.copyOf(objects.values()), List.of()), leftOut);
    }

    /** Forgets the tombstones among {@code jails}, which the server will not send again. */
    public void forget(List<JailId> jails) {
        if (base != null) {
            removeTombstones(base, jails);
        }
        if (pending != null && !inSnapshot) {
            removeTombstones(pending, jails);
        }
    }

    /** Removes the tombstones of these jails from the state, and returns the ids of those that it removed. */
    static List<JailId> removeTombstones(Map<ObjectId, DesiredObject> state, List<JailId> named) {
        List<JailId> tombstones = named.stream()
                .filter(id -> state.get(id) instanceof DesiredJail.Removed)
                .toList();
        tombstones.forEach(state::remove);
        return tombstones;
    }

    private Map<ObjectId, DesiredObject> base() {
        if (base == null) {
            throw new MalformedMessage("deltas arrived although the agent had reported no state", null);
        }
        return base;
    }

    private Map<ObjectId, DesiredObject> pending() {
        if (pending == null) {
            base(); // fails if there is no state to which deltas could apply
            pending = new TreeMap<>();
        }
        return pending;
    }
}

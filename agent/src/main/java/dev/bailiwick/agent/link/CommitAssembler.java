package dev.bailiwick.agent.link;

import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredObject;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.ObjectKind;
import dev.bailiwick.jail.StateChange;
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
 * Puts together what one stream says the desired state is: a snapshot or a run of deltas counts when its commit has come, and
 * not in parts. Confined to one thread.
 */
final class CommitAssembler {

    private static final int MAX_UNKNOWN_KINDS = 64;
    private static final Pattern KIND = Pattern.compile("[a-z0-9-]{1,64}");

    /** As of the last commit; null where the agent said it has nothing and no snapshot has been committed yet. */
    private @Nullable Map<ObjectId, DesiredObject> base;

    private long baseRevision;

    /** All jails of a snapshot, or the changed ones of a run of deltas; null where nothing is open. */
    private @Nullable Map<ObjectId, DesiredObject> pending;

    private boolean inSnapshot;

    /** What came since the last commit. */
    private final List<Unreadable> unreadable = new ArrayList<>();

    private final Set<String> unknownKinds = new TreeSet<>();

    private CommitAssembler(@Nullable DesiredState base) {
        if (base != null) {
            this.base = new TreeMap<>(base.objects());
            // The server builds on what it has said of these, and not on what is held instead.
            this.base.keySet().removeAll(base.held().keySet());
            this.baseRevision = base.revision();
        }
    }

    /**
     * What was said and cannot be read, as of a server that is later than this agent.
     *
     * @param jails nothing changes of these
     * @param kinds of objects that are left out
     */
    record Unread(List<Unreadable> jails, Set<String> kinds) {

        static final Unread NOTHING = new Unread(List.of(), Set.of());

        Unread {
            jails = List.copyOf(jails);
            kinds = Set.copyOf(kinds);
        }

        boolean isNothing() {
            return jails.isEmpty() && kinds.isEmpty();
        }
    }

    /** What a commit makes of what came before it. */
    sealed interface Committed {

        /** This, whatever was before; but of each jail of which it cannot be read what it says. */
        record Whole(DesiredState state, Unread unread) implements Committed {

            Whole(DesiredState state) {
                this(state, Unread.NOTHING);
            }
        }

        /** What was committed before, but for this; the revision does not run backwards. */
        record Changed(StateChange change, Unread unread) implements Committed {

            Changed(StateChange change) {
                this(change, Unread.NOTHING);
            }
        }

        Unread unread();

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

    void add(dev.bailiwick.protocol.v1.DesiredObject object) {
        if (ObjectKind.find(object.getKind()).isPresent()) {
            read(object.getId(), object.getGeneration(), () -> Wire.fromWire(object))
                    .ifPresent(this::add);
        } else {
            pending();
            unknownKinds.add(checked(object.getKind()));
        }
    }

    /** @throws MalformedMessage if the kind is no word, or too many kinds are unknown */
    private String checked(String kind) {
        if (!KIND.matcher(kind).matches() || unknownKinds.size() >= MAX_UNKNOWN_KINDS) {
            throw new MalformedMessage("the kind of an object must be a word, and one of few", null);
        }
        return kind;
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
            throw new MalformedMessage(name(desired) + " is twice in one snapshot", null);
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

    Committed commit(long revision) {
        if (revision < 0) {
            throw new MalformedMessage("a commit must be of a revision from 0 to 2^63 - 1", null);
        }
        Map<ObjectId, DesiredObject> objects = pending();
        if (!inSnapshot && revision < baseRevision) {
            throw new MalformedMessage("deltas to revision " + revision + " came after " + baseRevision, null);
        }
        boolean whole = inSnapshot;
        Unread unread = new Unread(unreadable, unknownKinds);
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
        return whole
                ? new Committed.Whole(new DesiredState(revision, base()), unread)
                : new Committed.Changed(new StateChange(revision, List.copyOf(objects.values()), List.of()), unread);
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
    static List<JailId> removeTombstones(Map<ObjectId, DesiredObject> state, List<JailId> named) {
        List<JailId> tombstones = named.stream()
                .filter(id -> state.get(id) instanceof Desired.Removed)
                .toList();
        tombstones.forEach(state::remove);
        return tombstones;
    }

    private Map<ObjectId, DesiredObject> base() {
        if (base == null) {
            throw new MalformedMessage("deltas came to an agent that said it has nothing", null);
        }
        return base;
    }

    private Map<ObjectId, DesiredObject> pending() {
        if (pending == null) {
            base(); // which deltas need
            pending = new TreeMap<>();
        }
        return pending;
    }
}

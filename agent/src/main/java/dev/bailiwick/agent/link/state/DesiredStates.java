package dev.bailiwick.agent.link.state;

import dev.bailiwick.agent.link.state.AssembledCommit.UnreadableObjects;
import dev.bailiwick.agent.link.state.Lineage.Origin;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.protocol.v1.Mark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The desired state that is durable on this host. Decides what to take over from each commit of the server, and stores it. Confined to
 * one thread.
 *
 * <p>INVARIANT: a snapshot never removes a jail that the server has not named: see {@link DesiredStateTransition}.
 */
public final class DesiredStates implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DesiredStates.class);

    /** The maximum number of marks that a server accepts. */
    private static final int MAX_MARKS = 100;

    private final SnapshotStore store;
    private final Clock clock = Clock.systemUTC();
    private final Map<ObjectId, DesiredObject> kept;
    private final Map<ObjectId, Hold> holds;
    private long revision;
    /** Tombstones that this object no longer has, but the disk may still have. */
    private final Set<ObjectId> forgotten = new LinkedHashSet<>();

    private final StorageConditions storage;
    private boolean needsSnapshot;

    private final UnreadObjects unread = new UnreadObjects(clock);

    /**
     * Reads the desired states of this host on another thread, because a thousand jails take long to read.
     *
     * @param stateDirectory the directory of the stored state
     */
    public static CompletableFuture<DesiredStates> read(Path stateDirectory) {
        return read(new SnapshotStore(stateDirectory));
    }

    /** Fails with an {@link UncheckedIOException} if the stored state cannot be read at all. */
    public static CompletableFuture<DesiredStates> read(SnapshotStore store) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return new DesiredStates(store);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                Thread.ofPlatform().name("desired").daemon()::start);
    }

    /**
     * Reads the stored state.
     *
     * @throws IOException if it cannot be read at all
     */
    DesiredStates(SnapshotStore store) throws IOException {
        this.store = store;
        this.storage = new StorageConditions(store, clock);
        switch (store.load()) {
            case SnapshotStore.Loaded.Intact(DesiredState state) -> {
                this.kept = new TreeMap<>(state.objects());
                this.holds = new TreeMap<>(state.holds());
                this.revision = state.revision();
                this.needsSnapshot = store.hasUnread() || store.isOfOtherKinds();
            }
            case SnapshotStore.Loaded.Damaged(String reason) -> {
                this.kept = new TreeMap<>();
                this.holds = new TreeMap<>();
                storage.damaged(reason);
            }
        }
        storage.lookAtDisk();
    }

    /**
     * Stores what the server has committed.
     *
     * @return the change that is durable now and was not before
     * @throws IOException if the change cannot be stored; then the earlier state remains
     */
    public StateChange take(AssembledCommit sent, Origin origin) throws IOException {
        StateChange change = andForgotten(
                switch (sent) {
                    case AssembledCommit.Snapshot(DesiredState state, UnreadableObjects unreadNow) ->
                        DesiredStateTransition.ofWhole(
                                kept(), store.lineage(), withWhatStays(state, unreadNow.jails()), origin);
                    case AssembledCommit.Delta(StateChange delta, var _) ->
                        DesiredStateTransition.ofChange(kept, holds, store.lineage(), delta);
                });
        UnreadObjects.Left left = unread.after(sent);
        try {
            store.noteUnread(left.isAny());
        } catch (IOException e) {
            throw storage.notStored(change.revision(), e);
        }
        if (!change.isNothing()
                || change.revision() != revision
                || origin.commonRevision().isPresent()
                || store.isOfOtherKinds()) {
            store(change, origin);
        }
        follow(change);
        unread.become(left);
        // The server must send these objects again to an agent that can read them.
        needsSnapshot = left.isAny();
        warnOf(change);
        storage.lookAtDisk();
        return change;
    }

    /**
     * Takes the ends of jails, which are stops and removals, from commits that cannot be stored as a whole. Stores them in the space that is
     * kept for that.
     *
     * @param unstored oldest first
     * @return the change that is durable now and was not before; nothing if that space is used up as well
     */
    public StateChange takeEnds(List<AssembledCommit> unstored) {
        StateChange taken = new StateEnds(kept, holds, store.lineage()).of(unstored, revision);
        if (taken.isNothing()) {
            return taken;
        }
        try {
            store.appendInReserve(taken, Origin.UNKNOWN);
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("cause", e.toString())
                    .log("stops and removals of jails cannot be stored, and have to wait");
            return new StateChange(revision, List.of(), List.of());
        }
        taken.applyTo(kept, holds);
        return taken;
    }

    /** Returns the desired state, in which the host's own definitions replace those that cannot be read. */
    private DesiredState withWhatStays(DesiredState sent, List<Unreadable> unreadable) {
        Map<ObjectId, DesiredObject> objects = new TreeMap<>(sent.objects());
        unreadable.stream()
                .map(Unreadable::jail)
                .filter(kept::containsKey)
                .forEach(jail -> objects.put(jail, Objects.requireNonNull(kept.get(jail))));
        return new DesiredState(sent.revision(), objects);
    }

    /**
     * Removes a jail that the server does not know, after the server has asked for that by its id. Its files are kept.
     *
     * @return the change that is durable now and was not before; nothing if the server does know the jail
     * @throws IOException if the change cannot be stored; then the earlier state remains
     */
    public StateChange letGo(JailId jail) throws IOException {
        DesiredObject has = kept.get(jail);
        Hold hold = holds.get(jail);
        boolean isUnknown = has == null || (hold != null && hold.kind() == Hold.Kind.UNKNOWN);
        StateChange change = andForgotten(new StateChange(
                revision, isUnknown ? List.of(DesiredStateTransition.removal(jail, has)) : List.of(), List.of()));
        if (!change.isNothing()) {
            storeEnd(change);
            follow(change);
        }
        return change;
    }

    private void storeEnd(StateChange change) throws IOException {
        try {
            store.append(change, Origin.UNKNOWN, () -> change.upon(kept()));
        } catch (IOException full) {
            try {
                store.appendInReserve(change, Origin.UNKNOWN);
            } catch (IOException usedUp) {
                full.addSuppressed(usedUp);
                throw storage.notStored(change.revision(), full);
            }
        }
    }

    private void follow(StateChange change) {
        change.applyTo(kept, holds);
        revision = change.revision();
        forgotten.clear();
        storage.stored();
    }

    private static void warnOf(StateChange change) {
        if (!change.holds().isEmpty()) {
            log.atWarn()
                    .addKeyValue("jails", change.holds().size())
                    .addKeyValue("revision", change.revision())
                    .log("the server contradicts what this host has; an operator has to decide");
        }
    }

    private StateChange andForgotten(StateChange change) {
        List<ObjectId> gone = new ArrayList<>(change.gone());
        gone.addAll(forgotten);
        return new StateChange(change.revision(), change.changed(), change.holds(), gone);
    }

    private void store(StateChange change, Origin origin) throws IOException {
        try {
            store.append(change, origin, () -> change.upon(kept()));
        } catch (IOException e) {
            throw storage.notStored(change.revision(), e);
        }
    }

    public void lookAtDisk() {
        storage.lookAtDisk();
    }

    /** Forgets the tombstones of these jails. The next state that is stored removes them from the disk; until then they do no harm. */
    public void forget(List<JailId> jails) {
        jails.stream()
                .map(kept::get)
                .filter(DesiredJail.Removed.class::isInstance)
                .map(DesiredJail.Removed.class::cast)
                .forEach(store.lineage()::notePast);
        List<JailId> gone = CommitAssembler.removeTombstones(kept, jails);
        gone.forEach(holds::remove);
        forgotten.addAll(gone);
    }

    public DesiredState kept() {
        return new DesiredState(revision, kept, holds);
    }

    /** Returns the jails about which this host does not follow the server. */
    public List<Difference> differences() {
        return holds.entrySet().stream()
                .map(hold -> switch (Objects.requireNonNull(kept.get(hold.getKey()), "what is held is kept")) {
                    case DesiredJail jail -> new Difference(jail, hold.getValue());
                })
                .toList();
    }

    /**
     * Requests a snapshot with the next connection: deltas would build on a state that the server never sent, or that cannot be
     * read.
     */
    public void needSnapshot() {
        needsSnapshot = true;
    }

    /** Returns an assembler for a stream that is about to begin. */
    public CommitAssembler assembler() {
        return revisionToClaim() == 0 ? CommitAssembler.fromNothing() : CommitAssembler.upon(kept());
    }

    public long revisionToClaim() {
        return needsSnapshot ? 0 : revision;
    }

    /** Returns the marks of the stored states, latest first. */
    public List<Mark> marks() {
        return store.lineage().marks().stream()
                .filter(mark -> mark.getRevision() <= revision)
                .limit(MAX_MARKS)
                .toList();
    }

    @Override
    public void close() throws IOException {
        store.close();
    }

    /** Returns the conditions of this host that are reported to the server. */
    public List<Condition> conditions() {
        return Stream.concat(storage.current().stream(), unread.condition().stream())
                .toList();
    }
}

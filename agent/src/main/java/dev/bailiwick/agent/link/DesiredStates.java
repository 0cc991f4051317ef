package dev.bailiwick.agent.link;

import dev.bailiwick.agent.link.CommitAssembler.Committed;
import dev.bailiwick.agent.link.CommitAssembler.Unread;
import dev.bailiwick.agent.link.Lineage.Origin;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.Desired;
import dev.bailiwick.jail.desired.Desired.FilesFate;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.desired.Held;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.protocol.v1.Mark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this host is held to: the desired state that is durable here, and what is to become of one that has just come.
 * Confined to one thread.
 *
 * <p>INVARIANT: whatever a snapshot says, nothing is given up that was not asked for by name: see {@link DesiredStateTransition}.
 */
public final class DesiredStates implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DesiredStates.class);

    /** Below this the disk counts as full. */
    private static final long MIN_USABLE_BYTES = 64 << 10;

    private static final String ENDS_ONLY =
            "Jails can be stopped and removed; every other change of this host is stored by the server, and waits for space";

    /** As many as a server takes. */
    private static final int MAX_MARKS = 100;

    private final SnapshotStore store;
    private final Clock clock = Clock.systemUTC();
    private final Map<ObjectId, DesiredObject> kept;
    private final Map<ObjectId, Held> held;
    private long revision;
    /** Tombstones that are kept no more, and may still be on the disk. */
    private final Set<ObjectId> forgotten = new LinkedHashSet<>();

    private Optional<Condition> unstored;
    private Optional<Condition> full = Optional.empty();
    private boolean needsSnapshot;

    /** The kinds of objects that the server has sent and this agent does not know. */
    private Set<String> unknownKinds = Set.of();

    private Optional<Condition> unknown = Optional.empty();

    /** Jails whose latest definition from the server cannot be read. */
    private Set<JailId> unreadable = Set.of();

    /**
     * The desired states of this host, read on another thread: a thousand jails take long to read, and nobody needs them at once.
     *
     * @param stateDirectory where they are kept
     */
    public static CompletableFuture<DesiredStates> read(Path stateDirectory) {
        return read(new SnapshotStore(stateDirectory));
    }

    /** Fails with an {@link UncheckedIOException} where the stored state cannot be read at all. */
    static CompletableFuture<DesiredStates> read(SnapshotStore store) {
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

    /** @throws IOException if the stored state cannot be read at all */
    DesiredStates(SnapshotStore store) throws IOException {
        this.store = store;
        switch (store.load()) {
            case SnapshotStore.Loaded.Intact(DesiredState state) -> {
                this.kept = new TreeMap<>(state.objects());
                this.held = new TreeMap<>(state.held());
                this.revision = state.revision();
                this.unstored = Optional.empty();
                this.needsSnapshot = store.hasUnread() || store.isOfOtherKinds();
            }
            case SnapshotStore.Loaded.Damaged(String reason) -> {
                this.kept = new TreeMap<>();
                this.held = new TreeMap<>();
                this.unstored = Optional.of(condition("DesiredStateDamaged", reason));
            }
        }
        lookAtDisk();
    }

    /**
     * @return what is durable now and was not before
     * @throws IOException if it cannot be stored; then what was kept before is still kept
     */
    StateChange take(Committed said, Origin origin) throws IOException {
        StateChange change = andForgotten(
                switch (said) {
                    case Committed.Whole(DesiredState state, Unread unread) ->
                        DesiredStateTransition.ofWhole(
                                kept(), store.lineage(), withWhatStays(state, unread.jails()), origin);
                    case Committed.Changed(StateChange told, var _) ->
                        DesiredStateTransition.ofChange(kept, held, store.lineage(), told);
                });
        Set<JailId> unread = stillUnread(said);
        Set<String> unknown = stillUnknown(said);
        boolean isUnread = !unread.isEmpty() || !unknown.isEmpty();
        try {
            store.noteUnread(isUnread);
        } catch (IOException e) {
            throw notStored(change, e);
        }
        if (!change.isNothing()
                || change.revision() != revision
                || origin.commonRevision().isPresent()
                || store.isOfOtherKinds()) {
            store(change, origin);
        }
        follow(change);
        unreadable = unread;
        noteUnknown(unknown);
        // What cannot be read has to come again, to an agent that can.
        needsSnapshot = isUnread;
        warnOf(change);
        lookAtDisk();
        return change;
    }

    /**
     * Takes the ends of jails, which are stops and removals, from commits that cannot be stored as a whole. Stores them in the space that is
     * kept for that.
     *
     * @param unstored oldest first
     * @return what is durable now and was not before; nothing if that space is used up as well
     */
    StateChange takeEnds(List<Committed> unstored) {
        Map<ObjectId, DesiredObject> latest = new TreeMap<>();
        unstored.forEach(said -> said.named().forEach(object -> latest.put(object.id(), object)));
        List<DesiredObject> ends = latest.values().stream()
                .filter(said -> said instanceof Desired jail && isEnd(jail))
                .filter(said -> !held.containsKey(said.id()) && !said.equals(kept.get(said.id())))
                .toList();
        StateChange change = DesiredStateTransition.ofChange(
                kept, held, store.lineage(), new StateChange(revision, ends, List.of()));
        // What contradicts this host is left to the commit itself.
        StateChange taken = new StateChange(
                revision,
                change.changed().stream()
                        .filter(object -> !change.held().containsKey(object.id()))
                        .toList(),
                List.of());
        if (taken.isNothing()) {
            return taken;
        }
        try {
            store.appendInReserve(taken, Origin.UNKNOWN);
        } catch (IOException e) {
            log.atWarn().addKeyValue("cause", e.toString()).log("jails that are to be stopped or removed have to wait");
            return new StateChange(revision, List.of(), List.of());
        }
        taken.applyTo(kept, held);
        return taken;
    }

    /** Returns whether the server wants nothing of this jail but its end, and the host has the jail. */
    private boolean isEnd(Desired jail) {
        return kept.get(jail.id()) instanceof Desired.Kept
                && switch (jail) {
                    case Desired.Removed _ -> true;
                    case Desired.Kept said -> said.definition().wanted() == WantedState.STOPPED;
                };
    }

    private DesiredState withWhatStays(DesiredState said, List<Unreadable> unreadable) {
        Map<ObjectId, DesiredObject> objects = new TreeMap<>(said.objects());
        unreadable.stream()
                .map(Unreadable::jail)
                .filter(kept::containsKey)
                .forEach(jail -> objects.put(jail, Objects.requireNonNull(kept.get(jail))));
        return new DesiredState(said.revision(), objects);
    }

    private Set<JailId> stillUnread(Committed said) {
        Set<JailId> unread = new HashSet<>();
        if (said instanceof Committed.Changed(StateChange change, var _)) {
            unread.addAll(unreadable);
            change.changed().forEach(desired -> unread.remove(desired.id()));
        }
        said.unread().jails().forEach(one -> unread.add(one.jail()));
        return unread;
    }

    private Set<String> stillUnknown(Committed said) {
        Set<String> unknown = new TreeSet<>(said.unread().kinds());
        if (said instanceof Committed.Changed) {
            unknown.addAll(unknownKinds);
        }
        return unknown;
    }

    private void noteUnknown(Set<String> kinds) {
        if (kinds.equals(unknownKinds)) {
            return;
        }
        unknownKinds = kinds;
        unknown = kinds.isEmpty()
                ? Optional.empty()
                : Optional.of(condition(
                        "UnknownObjects",
                        "the agent of this host does not know " + String.join(", ", kinds)
                                + " objects, and leaves them out; update the agent"));
    }

    /**
     * Gives up a jail of which the server knows nothing, as it has asked for by name.
     *
     * @return what is durable now and was not before; nothing where it does know of it
     * @throws IOException if it cannot be stored; then what was kept before is still kept
     */
    StateChange letGo(JailId jail) throws IOException {
        DesiredObject has = kept.get(jail);
        Desired.Removed removal = switch (has) {
            // The path of a jail that only the kernel shows is not known, nor needed: its files are kept.
            case null -> new Desired.Removed(jail, 1, new RootPath("/" + jail), new Base.Thin(), FilesFate.KEPT);
            case Desired.Kept k ->
                new Desired.Removed(
                        jail,
                        k.generation(),
                        k.definition().path(),
                        k.definition().base(),
                        FilesFate.KEPT,
                        k.owner());
            case Desired.Removed already -> already;
        };
        Held hold = held.get(jail);
        boolean isUnknown = has == null || (hold != null && hold.kind() == Held.Kind.UNKNOWN);
        StateChange change =
                andForgotten(new StateChange(revision, isUnknown ? List.of(removal) : List.of(), List.of()));
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
                throw notStored(change, full);
            }
        }
    }

    private void follow(StateChange change) {
        change.applyTo(kept, held);
        revision = change.revision();
        forgotten.clear();
        unstored = Optional.empty();
    }

    private static void warnOf(StateChange change) {
        if (!change.held().isEmpty()) {
            log.atWarn()
                    .addKeyValue("jails", change.held().size())
                    .addKeyValue("revision", change.revision())
                    .log("the server contradicts what this host has; an operator has to decide");
        }
    }

    private StateChange andForgotten(StateChange change) {
        List<ObjectId> gone = new ArrayList<>(change.gone());
        gone.addAll(forgotten);
        return new StateChange(change.revision(), change.changed(), change.held(), gone);
    }

    private void store(StateChange change, Origin origin) throws IOException {
        try {
            store.append(change, origin, () -> change.upon(kept()));
        } catch (IOException e) {
            throw notStored(change, e);
        }
    }

    /** Keeps space for the ends of jails, and notes whether the disk has space for all other changes. */
    void lookAtDisk() {
        try {
            store.keepReserve();
            full = store.usableBytes() >= MIN_USABLE_BYTES ? Optional.empty() : diskFull("is full");
        } catch (IOException e) {
            full = diskFull("cannot be written to: " + e);
        }
    }

    private Optional<Condition> diskFull(String how) {
        Instant since = full.map(Condition::since).orElseGet(clock::instant);
        return Optional.of(new Condition(
                "DiskFull",
                "the disk of this host's agent, at " + store.directory() + ", " + how + ": " + ENDS_ONLY,
                since));
    }

    private IOException notStored(StateChange change, IOException cause) {
        Condition now = condition(
                "DesiredStateNotStored",
                "revision " + change.revision() + " could not be stored: " + cause + ". " + ENDS_ONLY);
        // Since it could not be stored for the first time.
        unstored = Optional.of(unstored.filter(before -> before.reason().equals(now.reason()))
                .map(before -> new Condition(now.reason(), now.message(), before.since()))
                .orElse(now));
        return cause;
    }

    /** Their tombstones go from the disk with the next state that is stored; until then they do no harm. */
    void forget(List<JailId> jails) {
        jails.stream()
                .map(kept::get)
                .filter(Desired.Removed.class::isInstance)
                .map(Desired.Removed.class::cast)
                .forEach(store.lineage()::notePast);
        List<JailId> gone = CommitAssembler.removeTombstones(kept, jails);
        gone.forEach(held::remove);
        forgotten.addAll(gone);
    }

    DesiredState kept() {
        return new DesiredState(revision, kept, held);
    }

    /** About which jails this host does not follow the server. */
    List<Difference> differences() {
        return held.entrySet().stream()
                .map(hold -> switch (Objects.requireNonNull(kept.get(hold.getKey()), "what is held is kept")) {
                    case Desired jail -> new Difference(jail, hold.getValue());
                })
                .toList();
    }

    /** Deltas would build on what the server never said, or on what it has said badly: ask for a snapshot next time. */
    void needSnapshot() {
        needsSnapshot = true;
    }

    /** For a stream that is about to begin. */
    CommitAssembler assembler() {
        return revisionToClaim() == 0 ? CommitAssembler.fromNothing() : CommitAssembler.upon(kept());
    }

    long revisionToClaim() {
        return needsSnapshot ? 0 : revision;
    }

    /** Marks of what is stored, latest first. */
    List<Mark> marks() {
        return store.lineage().marks().stream()
                .filter(mark -> mark.getRevision() <= revision)
                .limit(MAX_MARKS)
                .toList();
    }

    @Override
    public void close() throws IOException {
        store.close();
    }

    /** What the server is to know of this host itself. */
    List<Condition> conditions() {
        return Stream.concat(unstored.or(() -> full).stream(), unknown.stream()).toList();
    }

    private Condition condition(String reason, String message) {
        return new Condition(reason, message, clock.instant());
    }
}

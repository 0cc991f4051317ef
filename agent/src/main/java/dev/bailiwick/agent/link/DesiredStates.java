package dev.bailiwick.agent.link;

import dev.bailiwick.agent.link.Assembly.Committed;
import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.StateChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this host is held to: the desired state that is durable here, and what is to become of one that has just come.
 * Confined to one thread.
 *
 * <p>INVARIANT: the revision kept never runs backwards. One that does (a restored database) is not stored and not accepted;
 * the server keeps hearing so, and has to reach a later revision before this host follows again.
 */
public final class DesiredStates implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DesiredStates.class);

    private final SnapshotStore store;
    private final Clock clock = Clock.systemUTC();
    private final Map<JailId, Desired> kept;
    private long revision;
    /** Tombstones that are kept no more, and may still be on the disk. */
    private final Set<JailId> forgotten = new LinkedHashSet<>();

    private Optional<Condition> trouble;
    private boolean apart;

    /**
     * Those of this host, read on another thread: of a thousand jails they are much, and nobody needs them at once.
     *
     * @param stateDirectory where they are kept
     */
    public static CompletableFuture<DesiredStates> read(Path stateDirectory) {
        return read(new SnapshotStore(stateDirectory));
    }

    /** Fails with an {@link UncheckedIOException} where the stored state can not be read at all. */
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

    /** @throws IOException if the stored state can not be read at all */
    DesiredStates(SnapshotStore store) throws IOException {
        this.store = store;
        switch (store.load()) {
            case SnapshotStore.Loaded.Intact(DesiredState state) -> {
                this.kept = new TreeMap<>(state.jails());
                this.revision = state.revision();
                this.trouble = Optional.empty();
            }
            case SnapshotStore.Loaded.Damaged(String reason) -> {
                this.kept = new TreeMap<>();
                this.trouble = Optional.of(condition("DesiredStateDamaged", reason));
            }
        }
    }

    /**
     * @return what is durable now and was not before; empty where it was refused because it runs backwards
     * @throws IOException if it can not be stored; then what was kept before is still kept
     */
    Optional<Committed> take(Committed next) throws IOException {
        if (next.revision() < revision) {
            apart = true;
            log.atWarn()
                    .addKeyValue("kept", revision)
                    .addKeyValue("came", next.revision())
                    .log("refused a desired state that runs backwards");
            return Optional.empty();
        }
        StateChange change = andForgotten(
                switch (next) {
                    case Committed.Whole(DesiredState state) -> StateChange.between(kept(), state);
                    case Committed.Changed(StateChange told) -> told;
                });
        if (!change.isNothing() || change.revision() > revision) {
            store(change);
        }
        change.applyTo(kept);
        revision = change.revision();
        forgotten.clear();
        trouble = Optional.empty();
        apart = false;
        return Optional.of(next instanceof Committed.Whole ? next : new Committed.Changed(change));
    }

    private StateChange andForgotten(StateChange change) {
        List<JailId> gone = new ArrayList<>(change.gone());
        gone.addAll(forgotten);
        return new StateChange(change.revision(), change.changed(), gone);
    }

    private void store(StateChange change) throws IOException {
        try {
            store.append(change, () -> change.upon(kept()));
        } catch (IOException e) {
            Condition now =
                    condition("DesiredStateNotStored", "revision " + change.revision() + " could not be stored: " + e);
            // Since it could not be stored for the first time.
            trouble = Optional.of(trouble.filter(before -> before.reason().equals(now.reason()))
                    .map(before -> new Condition(now.reason(), now.message(), before.since()))
                    .orElse(now));
            throw e;
        }
    }

    /** Their tombstones go from the disk with the next state that is stored; until then they do no harm. */
    void forget(List<JailId> jails) {
        forgotten.addAll(Assembly.removeTombstones(kept, jails));
    }

    DesiredState kept() {
        return new DesiredState(revision, kept);
    }

    /** Deltas would build on what the server never said, or on what it has said badly: ask for a snapshot next time. */
    void needSnapshot() {
        apart = true;
    }

    /** For a stream that is about to begin. */
    Assembly assembly() {
        return revisionToClaim() == 0 ? Assembly.fromNothing() : Assembly.upon(kept());
    }

    long revisionToClaim() {
        return apart ? 0 : revision;
    }

    @Override
    public void close() throws IOException {
        store.close();
    }

    /** Why the disk does not hold what it should, as a sentence. */
    Optional<String> trouble() {
        return trouble.map(Condition::message);
    }

    /** What the server is to know of this host itself. */
    List<Condition> conditions() {
        return trouble.stream().toList();
    }

    private Condition condition(String reason, String message) {
        return new Condition(reason, message, clock.instant());
    }
}

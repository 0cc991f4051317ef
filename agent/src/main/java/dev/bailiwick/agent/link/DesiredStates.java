package dev.bailiwick.agent.link;

import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this host is held to: the desired state that is durable here, and what is to become of one that has just come.
 * Confined to one thread.
 *
 * <p>INVARIANT: the revision kept never runs backwards. One that does (a restored database) is not stored and not accepted;
 * the server keeps hearing so, and has to reach a later revision before this host follows again.
 */
final class DesiredStates {

    private static final Logger log = LoggerFactory.getLogger(DesiredStates.class);

    private final SnapshotStore store;
    private DesiredState kept;
    private Optional<String> trouble;
    private boolean apart;

    /** @throws IOException if the stored state can not be read at all */
    DesiredStates(SnapshotStore store) throws IOException {
        this.store = store;
        switch (store.load()) {
            case SnapshotStore.Loaded.Intact(DesiredState state) -> {
                this.kept = state;
                this.trouble = Optional.empty();
            }
            case SnapshotStore.Loaded.Damaged(String reason) -> {
                this.kept = DesiredState.NONE;
                this.trouble = Optional.of(reason);
            }
        }
    }

    /** What became of a desired state that has come. */
    enum Taken {
        STORED,
        REFUSED
    }

    /** @throws IOException if it can not be stored; then what was kept before is still kept */
    Taken take(DesiredState next) throws IOException {
        if (next.revision() < kept.revision()) {
            apart = true;
            log.atWarn()
                    .addKeyValue("kept", kept.revision())
                    .addKeyValue("came", next.revision())
                    .log("refused a desired state that runs backwards");
            return Taken.REFUSED;
        }
        if (!next.equals(kept)) {
            try {
                store.store(next);
            } catch (IOException e) {
                trouble = Optional.of("revision " + next.revision() + " could not be stored: " + e);
                throw e;
            }
        }
        kept = next;
        trouble = Optional.empty();
        apart = false;
        return Taken.STORED;
    }

    /** Their tombstones go from the disk with the next state that is stored; until then they do no harm. */
    void forget(List<JailId> jails) {
        kept = Assembly.without(kept, jails);
    }

    DesiredState kept() {
        return kept;
    }

    /** Deltas would build on what the server never said, or on what it has said badly: ask for a snapshot next time. */
    void needSnapshot() {
        apart = true;
    }

    /** For a stream that is about to begin. */
    Assembly assembly() {
        return revisionToClaim() == 0 ? Assembly.fromNothing() : Assembly.upon(kept);
    }

    long revisionToClaim() {
        return apart ? 0 : kept.revision();
    }

    /** Why the disk does not hold what it should, as a sentence. */
    Optional<String> trouble() {
        return trouble;
    }
}

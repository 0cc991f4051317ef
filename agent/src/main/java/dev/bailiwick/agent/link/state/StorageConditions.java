package dev.bailiwick.agent.link.state;

import dev.bailiwick.jail.report.Condition;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** The conditions of this host that say how well its desired state can be stored. Confined to one thread. */
public final class StorageConditions {

    /** With less free space than this, the disk counts as full. */
    private static final long MIN_USABLE_BYTES = 64 << 10;

    private static final String ENDS_ONLY =
            "Jails can be stopped and removed; every other change of this host is stored by the server, and waits for space";

    private final SnapshotStore store;
    private final Clock clock;
    private Optional<Condition> unstored = Optional.empty();
    private Optional<Condition> full = Optional.empty();

    StorageConditions(SnapshotStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Notes that the stored state cannot be read. */
    void damaged(String reason) {
        unstored = Optional.of(condition("DesiredStateDamaged", reason));
    }

    /** Notes that a change was stored, and so all changes before it. */
    void stored() {
        unstored = Optional.empty();
    }

    /**
     * Notes that a revision could not be stored. The condition begins with the first attempt that failed.
     *
     * @return the cause
     */
    IOException notStored(long revision, IOException cause) {
        Condition now = condition(
                "DesiredStateNotStored", "revision " + revision + " could not be stored: " + cause + ". " + ENDS_ONLY);
        unstored = Optional.of(unstored.filter(before -> before.reason().equals(now.reason()))
                .map(before -> new Condition(now.reason(), now.message(), before.since()))
                .orElse(now));
        return cause;
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

    /** Returns the condition to report; empty if the desired state can be stored. */
    Optional<Condition> current() {
        return unstored.or(() -> full);
    }

    private Condition condition(String reason, String message) {
        return new Condition(reason, message, clock.instant());
    }
}

package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.JailId;
import java.util.Optional;
import java.util.Set;

/** The last ends of jails, which outlive the agent. Written when a jail has ended, and never for a start. Thread-safe. */
public interface LastEnds {

    /** Returns the last end of a jail; empty if nothing of it is worth remembering. */
    Optional<LastEnd> find(JailId jail);

    /**
     * Records the last end of a jail, in place of an earlier one. Returns once the record would survive a power failure.
     *
     * @throws java.io.UncheckedIOException if it cannot be stored
     */
    void put(JailId jail, LastEnd end);

    /**
     * Removes the record of a jail, if there is one.
     *
     * @throws java.io.UncheckedIOException if it cannot be removed
     */
    void remove(JailId jail);

    /** Removes the records of all other jails. */
    void removeAllBut(Set<JailId> jails);
}

package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.reconcile.plan.EndedRun;
import dev.bailiwick.jail.JailId;
import java.util.Optional;

/**
 * The record of runs after which jails stay ended. It outlives the agent and a reboot of the host: otherwise a jail that has done its
 * work would do it again. Only jails that stay ended, and those that must not run twice, are in it. Thread-safe.
 */
public interface EndedRuns {

    /** Returns the recorded run of a jail. */
    Optional<EndedRun> find(JailId jail);

    /**
     * Records a run, in place of an earlier one of the jail. Returns once the record would survive a power failure.
     *
     * @throws java.io.UncheckedIOException if it cannot be stored
     */
    void put(JailId jail, EndedRun run);

    /**
     * Removes the record of a jail, if there is one.
     *
     * @throws java.io.UncheckedIOException if it cannot be removed
     */
    void remove(JailId jail);
}

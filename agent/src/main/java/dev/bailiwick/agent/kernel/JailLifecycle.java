package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.StepTiming;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The processes of jails: finds, starts, stops and clears away jails. */
public interface JailLifecycle {

    /**
     * Returns every jail that still has anything in the kernel: processes, a cgroup or a network. From this call on, the agent also reads
     * their consoles.
     */
    List<ObservedJail> observe();

    /**
     * Sets the listener for the end of a jail's last process. Called once, before the first {@link #observe}. The listener must not
     * block. The jail's last output may not be in its log yet.
     */
    void onEnd(Consumer<JailEnd> listener);

    /**
     * Sets the listener for processes of jails that the kernel has killed for lack of memory. Called like {@link #onEnd}. The listener is
     * called at once for the first kill in a jail, and for later ones at most every ten minutes. A kernel that does not report them never
     * calls it.
     */
    default void onOomKills(BiConsumer<JailId, OomKills> listener) {}

    /**
     * Starts a jail up to the execution of its init, or leaves nothing behind.
     *
     * @param fingerprint kept with the jail for a later agent, see {@link ObservedJail#fingerprint}; at most 64 characters of
     *     {@code 0-9a-f}
     * @param files the claim on the jail's files; a start that fails before it executes anything claims none
     * @return the jail as observed now, and the steps with their times
     * @throws KernelRefusal if the kernel or the host's files do not permit the start
     */
    Started start(JailId jail, long generation, String fingerprint, JailDefinition definition, FilesClaim files);

    /**
     * Checks whether this host can start the jail with this definition, as far as that shows without a start; changes nothing. A running
     * jail is stopped for another definition only after this check.
     *
     * @throws KernelRefusal as {@link #start} would
     */
    void check(JailId jail, JailDefinition definition);

    /** Starts a jail whose customer is unknown. */
    default Started start(JailId jail, long generation, String fingerprint, JailDefinition definition) {
        return start(jail, generation, fingerprint, definition, FilesClaim.OF_NOBODY);
    }

    /**
     * Records that the running jail also satisfies this later generation, and who its owner is. When this returns, only jails of that
     * owner can reach the jail, and that owner has its files.
     *
     * @param owner empty if unknown; then the owner does not change
     * @throws KernelRefusal if the jail cannot be isolated from other owners' jails
     */
    void confirm(JailId jail, long generation, String owner);

    /**
     * Asks the jail's init to end. Asks it again once it has executed another program, or starts to handle the signal. Does nothing if
     * the init has ended.
     *
     * @param signal what the init gets; instead of TERM, systemd that manages its jail's cgroup gets what it takes for a halt
     */
    void terminate(JailId jail, StopSignal signal);

    /** Asks the jail's init to end, with TERM. */
    default void terminate(JailId jail) {
        terminate(jail, StopSignal.TERM);
    }

    /** Returns the signal with which {@link #terminate} asks this jail, which is to get {@code wanted}; see there. */
    default StopSignal sent(JailId jail, StopSignal wanted) {
        return wanted;
    }

    /** Kills every process of the jail at once, through its cgroup; does not wait for their end. */
    void kill(JailId jail);

    /**
     * Returns what may say why the init of a jail ended. To be called between its end and its {@link #release}; at other times, and
     * where the kernel keeps nothing, there is none.
     */
    default EndEvidence evidence(JailId jail) {
        return EndEvidence.NONE;
    }

    /** Removes the rest of a jail without processes: cgroup, network, runtime files. Keeps the jail's own files. Idempotent. */
    void release(JailId jail);

    /** The outcome of {@link #start}. */
    record Started(ObservedJail jail, List<StepTiming> steps) {}
}

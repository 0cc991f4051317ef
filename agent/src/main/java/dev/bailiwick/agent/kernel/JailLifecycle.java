package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.StepTiming;
import java.util.List;
import java.util.function.Consumer;

/** What runs: to find, start, stop and clear away jails. */
public interface JailLifecycle {

    /** Every jail of which anything is left in the kernel: processes, cgroup or network. Its console is read from here on. */
    List<ObservedJail> observe();

    /**
     * Who is notified when a jail's last process has ended. Called once, before the first {@link #observe}; must not block. What the jail
     * wrote last may not be in its log yet.
     */
    void onEnd(Consumer<JailEnd> listener);

    /**
     * Brings a jail from nothing to its init executed, or leaves nothing behind.
     *
     * @param fingerprint kept with the jail for whoever observes it later, see {@link ObservedJail#fingerprint}; at most 64
     *     characters of {@code 0-9a-f}
     * @param files whose its files are to be; a start that fails before anything was executed claims none
     * @return the jail as observed now, and the steps with their times
     * @throws KernelRefusal if the kernel or the host's files do not permit it
     */
    Started start(JailId jail, long generation, String fingerprint, JailDefinition definition, FilesClaim files);

    /** Starts a jail of a customer who is not known. */
    default Started start(JailId jail, long generation, String fingerprint, JailDefinition definition) {
        return start(jail, generation, fingerprint, definition, FilesClaim.OF_NOBODY);
    }

    /**
     * Notes that the running jail also satisfies this later generation, and whose it is with it: when this returns, the jail is reached by
     * those of that owner and by no others, and its files are that owner's.
     *
     * @param owner empty where that is not known, and then it is whose it was
     * @throws KernelRefusal if the jail cannot be kept apart
     */
    void confirm(JailId jail, long generation, String owner);

    /**
     * Asks the jail's init to end, with SIGTERM. Asks it again when it has executed another program, or handles the signal only since
     * then. Does nothing if the init has ended.
     */
    void terminate(JailId jail);

    /** Ends every process of the jail at once, through its cgroup; returns without waiting for the end. */
    void kill(JailId jail);

    /** Removes what is left of a jail without processes: cgroup, network, runtime files. Its own files stay. Idempotent. */
    void release(JailId jail);

    /** The outcome of {@link #start}. */
    record Started(ObservedJail jail, List<StepTiming> steps) {}
}

package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Denial;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.StepTiming;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What the agent can ask of the kernel. It holds no state of its own about jails: {@link #observe} rediscovers them, also
 * those that an earlier agent started. Every verb but {@code observe}, {@code inspect}, {@code facts}, {@code denials} and {@code pathRefusal} is about one
 * jail; verbs about different jails may be called at the same time, verbs about the same jail may not.
 */
public interface JailKernel extends AutoCloseable {

    /** What this host is and can hold. */
    HostFacts facts();

    /** Every jail of which anything is left in the kernel: processes, cgroup or network. Its console is read from here on. */
    List<ObservedJail> observe();

    /** Why this root path must not be used, as a predicate; empty where it may be. Follows no link of the path. */
    Optional<String> pathRefusal(RootPath path, Base base);

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
     * Says whose a jail is, before its first start and whenever an agent learns of it again. Jails of one owner may reach each other,
     * all others are kept apart. A kernel that keeps nobody apart need not know.
     *
     * @param owner empty for nobody's
     */
    default void own(JailId jail, String owner) {}

    /** Says which addresses jails can have, so that those that no jail has lead nowhere. Never blocks. */
    default void pools(AddressPools pools) {}

    /**
     * Notes that the running jail also satisfies this later generation, and whose it is with it: when this returns, the jail is reached by
     * those of that owner and by no others, and its files are that owner's.
     *
     * @param owner empty where that is not known, and then it is whose it was
     * @throws KernelRefusal if the jail cannot be kept apart
     */
    void confirm(JailId jail, long generation, String owner);

    /**
     * Looks at what a running jail needs beside its processes: network, cgroup, limits, mounts. Restores what is gone without a
     * restart. Does nothing where the jail has ended.
     *
     * @param definition as it runs
     * @return what was gone and is there again, each as a noun; empty where nothing was gone
     * @throws KernelRefusal naming what is gone and cannot be restored
     */
    default List<String> mend(JailId jail, JailDefinition definition) {
        return List.of();
    }

    /** Looks at what all running jails need, and notifies the listener of {@link #onDamage} of those that lack something. */
    default void inspect() {}

    /** Who is notified of a running jail that may lack something it needs, to {@link #mend} it. Called as {@link #onEnd}. */
    default void onDamage(Consumer<JailId> listener) {}

    /** Asks the jail's init to end, with SIGTERM; does nothing where it has ended. */
    void terminate(JailId jail);

    /** Ends every process of the jail at once, through its cgroup; returns without waiting for the end. */
    void kill(JailId jail);

    /** Removes what is left of a jail without processes: cgroup, network, runtime files. Its own files stay. Idempotent. */
    void release(JailId jail);

    /**
     * Records that the jail is removed and its files stay, as its customer's; from then on another jail of that customer may take them
     * over, see {@link #start}. Idempotent.
     *
     * @param owner the customer; empty where that is not known, and then they are whose they were
     */
    void keepFiles(JailId jail, String owner);

    /**
     * Deletes the jail's own files and its logs, following nothing. Idempotent. Files of another jail stay, also at {@code path}.
     *
     * @throws KernelRefusal if the path may not be used, see {@link #pathRefusal}
     */
    void deleteFiles(JailId jail, RootPath path, Base base);

    /**
     * What jails were refused since the last call, or since this kernel was opened. Empty too where the host cannot see
     * it, see {@link #facts}.
     */
    List<Denial> denials();

    /** The first of the user ids that the jail's files bear; empty where it has none. Takes no call of the kernel. */
    default OptionalLong firstHostId(JailId jail) {
        return OptionalLong.empty();
    }

    /** Which files removed jails have left here; cheap to ask for. */
    FilesReport files();

    /**
     * Who is notified when a jail's last process has ended. Called once, before the first {@link #observe}; must not block. What the jail
     * wrote last may not be in its log yet.
     */
    void onEnd(Consumer<JailEnd> listener);

    @Override
    void close();

    /** The outcome of {@link #start}. */
    record Started(ObservedJail jail, List<StepTiming> steps) {}
}

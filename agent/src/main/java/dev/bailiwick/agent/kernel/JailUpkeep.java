package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.util.List;
import java.util.function.Consumer;

/** The parts of a running jail besides its processes: inspects them and restores what is missing. */
public interface JailUpkeep {

    /**
     * Inspects the parts of a running jail besides its processes: network, cgroup, limits, mounts. Restores missing parts without a
     * restart. Does nothing if the jail has ended.
     *
     * @param definition the definition that the jail runs with
     * @return the restored parts, each as a noun; empty if nothing was missing
     * @throws KernelRefusal if a part is missing and cannot be restored; names the part
     */
    default List<String> mend(JailId jail, JailDefinition definition) {
        return List.of();
    }

    /**
     * Gives a running jail the limits and the additional addresses of this definition, as far as it need not be restarted for them. Does nothing if the jail has ended.
     *
     * @throws KernelRefusal if the kernel does not permit it
     */
    void adjust(JailId jail, JailDefinition definition);

    /** Inspects all running jails and reports each damaged one to the listener of {@link #onDamage}. */
    default void inspect() {}

    /** Sets the listener for running jails that may be damaged; it calls {@link #mend}. Called like {@link JailLifecycle#onEnd}. */
    default void onDamage(Consumer<JailId> listener) {}
}

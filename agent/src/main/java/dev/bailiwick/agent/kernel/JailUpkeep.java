package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.util.List;
import java.util.function.Consumer;

/** What a running jail needs beside its processes: to look at it, and to restore what is gone. */
public interface JailUpkeep {

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

    /** Who is notified of a running jail that may lack something it needs, to {@link #mend} it. Called as {@link JailLifecycle#onEnd}. */
    default void onDamage(Consumer<JailId> listener) {}
}

package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.HostFacts;

/**
 * What the agent can ask of the kernel, role by role. It holds no state of its own about jails: {@link #observe} rediscovers them, also
 * those that an earlier agent started. Verbs about different jails may be called at the same time, verbs about the same jail may not.
 */
public interface JailKernel extends JailLifecycle, JailUpkeep, JailStorage, JailNetworks, JailDenials, AutoCloseable {

    /** Facts and capabilities of this host. */
    HostFacts facts();

    @Override
    void close();
}

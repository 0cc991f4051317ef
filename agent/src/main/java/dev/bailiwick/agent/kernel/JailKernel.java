package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.report.Condition;
import java.util.List;

/**
 * Everything that the agent can ask of the kernel, divided by role. An implementation keeps no state of its own about jails:
 * {@link #observe} finds them again, including those that an earlier agent started. Calls for different jails may run at the same time;
 * calls for the same jail may not.
 */
public interface JailKernel
        extends JailLifecycle,
                JailUpkeep,
                JailStorage,
                JailNetworks,
                JailDenials,
                JailMetrics,
                JailCommands,
                JailConsoles,
                JailFileAccess,
                JailLogs,
                JailPorts,
                AutoCloseable {

    /** Returns facts and capabilities of this host. */
    HostFacts facts();

    /** Returns what is wrong with this host, as far as the kernel knows it. */
    default List<Condition> conditions() {
        return List.of();
    }

    @Override
    void close();
}

package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;
import java.util.UUID;

/** What running jails use of their host, and what the host has. */
public interface JailMetrics {

    /** Stands for the value of a metric that this host does not measure. */
    long ABSENT = -1;

    /**
     * Reads the metrics of every running jail, and the last ones of jails that have ended since the last call. Calls must not overlap. Reads
     * nothing on a kernel that does not measure single jails.
     */
    default void sample(Reader reader) {}

    /**
     * Reads the metrics of the host itself. Leaves what the host does not measure as it is.
     *
     * @param values by {@code HostMetric.index()}
     */
    default void sampleHost(long[] values) {}

    /** Gets what was read. */
    interface Reader {

        /**
         * Called for each cgroup and each network link of a jail.
         *
         * @param values by {@code Metric.index()}, or {@link #ABSENT}; valid during the call only
         */
        void read(JailId jail, Run run, long[] values);
    }

    /**
     * The life of a cgroup or of a network link, with which counters begin at 0.
     *
     * @param id the same for each agent that sees it, and for no other run
     * @param beganAtMillis about when it began, in milliseconds since the epoch; at or before its first use by the jail
     */
    record Run(UUID id, long beganAtMillis) {}
}

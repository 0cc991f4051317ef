package dev.bailiwick.agent.figure;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.Metric;
import java.util.Map;

/**
 * What the last sample measured; counters since the cgroup or the link of a jail, or the host, was there.
 *
 * @param jails those that ran
 */
public record LatestFigures(Map<JailId, Map<Metric, Long>> jails, Map<HostMetric, Long> host) {

    public LatestFigures {
        jails = Map.copyOf(jails);
        host = Map.copyOf(host);
    }
}

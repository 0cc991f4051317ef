package dev.bailiwick.server.host;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.server.account.quota.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a host promises to its jails: how much it has, how much of that it promises at most, and what the limits of its jails add up to.
 *
 * @param memory in bytes
 * @param cpuMillis in thousandths of a CPU
 */
public record HostPromises(Promise memory, Promise cpuMillis) {

    /**
     * @param has what the host last reported
     * @param bound the most that it promises; null for no bound
     * @param promised the limits of its jails together
     * @param left what it can still promise, 0 if more is promised than the bound; null without a bound
     * @param withoutLimit how many jails have no limit of it; they count as 0
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Promise(
            long has,
            @Nullable Long bound,
            long promised,
            @Nullable Long left,
            long withoutLimit) {

        private static Promise of(long has, @Nullable BigDecimal factor, long promised, long withoutLimit) {
            Long bound = factor == null
                    ? null
                    : factor.multiply(BigDecimal.valueOf(has))
                            .setScale(0, RoundingMode.DOWN)
                            .longValue();
            return new Promise(
                    has, bound, promised, bound == null ? null : Math.max(0, bound - promised), withoutLimit);
        }
    }

    /**
     * @param used what the jails of the host have
     * @return empty until the host has connected
     */
    public static Optional<HostPromises> of(Host host, Usage used) {
        return host.presence().map(presence -> of(presence.facts(), host.overcommit(), used));
    }

    private static HostPromises of(HostFacts facts, Overcommit overcommit, Usage used) {
        return new HostPromises(
                Promise.of(facts.memoryBytes(), overcommit.memory(), used.memory(), used.withoutMemoryLimit()),
                Promise.of(1000L * facts.cpus(), overcommit.cpu(), used.cpuMillis(), used.withoutCpuLimit()));
    }
}

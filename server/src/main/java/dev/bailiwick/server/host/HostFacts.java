package dev.bailiwick.server.host;

import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a host says of itself when it connects.
 *
 * @param bootId changes with every boot of the host
 * @param rootBase its jails' root paths must lie below this directory
 */
public record HostFacts(
        String kernelRelease,
        String architecture,
        String operatingSystem,
        int cpus,
        long memoryBytes,
        String bootId,
        RootPath rootBase,
        List<Capability> capabilities) {

    public HostFacts {
        capabilities = List.copyOf(capabilities);
    }

    /** What of {@code definition} this host cannot hold, field by field, with the host's own reason. */
    public List<Violation> unmet(JailDefinition definition) {
        return capabilities.stream()
                .filter(capability -> !capability.available)
                .flatMap(capability -> Demand.unmet(definition, capability.refuses, capability.reason).stream())
                .toList();
    }

    /**
     * Something its kernel can do, or not.
     *
     * @param name for example {@code userns}, {@code cgroup.memory} or {@code overlay}
     * @param reason what follows where it is not available; otherwise empty
     * @param refuses the words of the demands it cannot meet then, see {@link Demand}
     */
    public record Capability(String name, boolean available, String reason, List<String> refuses) {

        /** @param refuses absent in what was stored before hosts said it */
        public Capability(String name, boolean available, String reason, @Nullable List<String> refuses) {
            this.name = name;
            this.available = available;
            this.reason = reason;
            this.refuses = refuses == null ? List.of() : List.copyOf(refuses);
        }

        /** One that refuses no definition. */
        public static Capability of(String name, boolean available, String reason) {
            return new Capability(name, available, reason, List.of());
        }
    }
}

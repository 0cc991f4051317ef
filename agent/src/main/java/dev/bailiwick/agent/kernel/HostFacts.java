package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Violation;
import java.util.List;

/**
 * What a host is and can hold.
 *
 * @param memoryBytes physical memory
 * @param bootId changes with every boot (/proc/sys/kernel/random/boot_id)
 * @param rootBase root paths must lie below this directory
 */
public record HostFacts(
        String kernelRelease,
        String architecture,
        String os,
        int cpus,
        long memoryBytes,
        String bootId,
        String rootBase,
        List<Capability> capabilities) {

    public HostFacts {
        capabilities = List.copyOf(capabilities);
    }

    /** What of {@code definition} cannot be held here, field by field. */
    public List<Violation> unmet(JailDefinition definition) {
        return capabilities.stream()
                .flatMap(capability -> capability.unmet(definition).stream())
                .toList();
    }

    /**
     * One thing a host may or may not be able to hold a jail to.
     *
     * @param name for example {@code cgroup.memory}
     * @param reason what follows where it is not available, as a sentence; empty where it is
     * @param refuses the words of the demands that cannot be met then, see {@link Demand}; empty where it is available
     */
    public record Capability(String name, boolean available, String reason, List<String> refuses) {

        public Capability {
            refuses = List.copyOf(refuses);
        }

        /** What of {@code definition} cannot be held without it. */
        public List<Violation> unmet(JailDefinition definition) {
            return available ? List.of() : Demand.unmet(definition, refuses, reason);
        }

        public static Capability available(String name) {
            return new Capability(name, true, "", List.of());
        }

        /** A capability that is missing here. */
        public static Capability missing(String name, String reason, String... refuses) {
            return new Capability(name, false, reason, List.of(refuses));
        }
    }
}

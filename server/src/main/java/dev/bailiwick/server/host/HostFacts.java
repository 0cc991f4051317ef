package dev.bailiwick.server.host;

import dev.bailiwick.jail.RootPath;
import java.util.List;

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

    /**
     * Something its kernel can do, or not.
     *
     * @param name for example {@code userns}, {@code cgroup.memory} or {@code overlay}
     * @param reason what follows where it is not available; else empty
     */
    public record Capability(String name, boolean available, String reason) {}
}

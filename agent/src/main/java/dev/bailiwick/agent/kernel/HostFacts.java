package dev.bailiwick.agent.kernel;

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

    /**
     * One thing a host may or may not be able to hold a jail to.
     *
     * @param name for example {@code cgroup.memory}
     * @param reason what follows where it is not available; empty where it is
     */
    public record Capability(String name, boolean available, String reason) {}
}

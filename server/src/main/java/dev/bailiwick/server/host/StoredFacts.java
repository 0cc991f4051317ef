package dev.bailiwick.server.host;

import dev.bailiwick.jail.RootPath;
import java.util.List;

/** {@link HostFacts} as the database keeps them. */
record StoredFacts(
        String kernelRelease,
        String architecture,
        String operatingSystem,
        int cpus,
        long memoryBytes,
        String bootId,
        String rootBase,
        List<HostFacts.Capability> capabilities) {

    static StoredFacts of(HostFacts facts) {
        return new StoredFacts(
                facts.kernelRelease(),
                facts.architecture(),
                facts.operatingSystem(),
                facts.cpus(),
                facts.memoryBytes(),
                facts.bootId(),
                facts.rootBase().value(),
                facts.capabilities());
    }

    HostFacts facts() {
        return new HostFacts(
                kernelRelease,
                architecture,
                operatingSystem,
                cpus,
                memoryBytes,
                bootId,
                new RootPath(rootBase),
                capabilities);
    }
}

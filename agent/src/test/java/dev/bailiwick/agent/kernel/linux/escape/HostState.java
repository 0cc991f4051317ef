package dev.bailiwick.agent.kernel.linux.escape;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The state of the machine that attempts inside a jail must not change. */
record HostState(String hostname, String domain, String corePattern, String bootId, Set<String> modules) {

    private static final Path KERNEL = Path.of("/proc/sys/kernel");
    private static final Path MODULES = Path.of("/proc/modules");

    HostState {
        modules = Set.copyOf(modules);
    }

    static HostState now() throws IOException {
        return new HostState(
                read("hostname"), read("domainname"), CoreRecorder.machines(), read("random/boot_id"), loadedModules());
    }

    private static String read(String name) throws IOException {
        return Files.readString(KERNEL.resolve(name)).strip();
    }

    /** Returns the names; none if the kernel has no modules. */
    private static Set<String> loadedModules() throws IOException {
        return Files.exists(MODULES)
                ? Files.readAllLines(MODULES).stream()
                        .map(line -> line.split(" ", -1)[0])
                        .collect(Collectors.toCollection(TreeSet::new))
                : Set.of();
    }
}

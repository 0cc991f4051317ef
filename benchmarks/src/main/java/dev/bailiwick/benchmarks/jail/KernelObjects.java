package dev.bailiwick.benchmarks.jail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The numbers of the kernel objects of which jails consist. */
record KernelObjects(long mounts, long links, long cgroups, long routes, long processes) {

    static KernelObjects now() throws IOException {
        return new KernelObjects(
                Files.readAllLines(Path.of("/proc/self/mountinfo")).size(),
                children(Path.of("/sys/class/net")),
                children(cgroupRoot().resolve(Engine.CGROUP)),
                Files.readAllLines(Path.of("/proc/net/route")).size(),
                ProcessHandle.allProcesses()
                        .filter(process -> !isTheKernels(process))
                        .count());
    }

    /** Returns whether the process is a thread of the kernel, which starts and ends these at any time: a child of process 2. */
    private static boolean isTheKernels(ProcessHandle process) {
        return process.pid() == 2 || process.parent().map(ProcessHandle::pid).orElse(0L) == 2;
    }

    /** Returns the number of links of jails. The links of sandboxes that wait for a jail have no routes, and do not count. */
    static long linksOfJails() throws IOException {
        return Files.readAllLines(Path.of("/proc/net/route")).stream()
                .map(line -> line.split("\t", -1)[0])
                .filter(link -> link.startsWith("bw"))
                .distinct()
                .count();
    }

    static Path cgroupRoot() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(" - cgroup2 "))
                .map(line -> Path.of(line.split(" ", -1)[4]))
                .findFirst()
                .orElseThrow();
    }

    private static long children(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory).count();
        }
    }

    String minus(KernelObjects other) {
        return (mounts - other.mounts) + ", " + (links - other.links) + ", " + (cgroups - other.cgroups) + ", "
                + (routes - other.routes) + ", " + (processes - other.processes);
    }
}

package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.host.HostMemory;
import dev.bailiwick.jail.CpuSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of cgroup v2 that contains the cgroups of an agent's jails, with the limits for all of them together.
 *
 * @param controllers the controllers that can enforce limits of jails
 */
record CgroupHome(Path path, Set<String> controllers) {

    private static final Logger log = LoggerFactory.getLogger(CgroupHome.class);
    private static final Set<String> OF_EVERY_JAIL = Set.of("cpu", "memory", "pids");

    /** Controllers that are enabled for the jails when the first of them has such a limit: the others then cost a start nothing. */
    private static final Set<String> WHEN_NEEDED = Set.of("cpuset", "io");

    /** How many sixteenths of the host's memory all jails may have together; the rest is reserved for the host. */
    private static final int ALL_JAILS = 15;

    private static final String TERMINALS = "terminals";

    private static final long TERMINALS_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    CgroupHome {
        controllers = Collections.unmodifiableSet(new TreeSet<>(controllers));
    }

    /** @throws IllegalStateException if no cgroup v2 hierarchy is mounted */
    static CgroupHome open(String name) {
        Path root = mountPoint();
        Path home = root.resolve(name);
        try {
            Files.createDirectories(home);
            enable(root);
            enable(home);
            offer(root);
            Set<String> controllers = new TreeSet<>(words(home.resolve("cgroup.subtree_control")));
            words(home.resolve("cgroup.controllers")).stream()
                    .filter(WHEN_NEEDED::contains)
                    .forEach(controllers::add);
            if (controllers.contains("memory")) {
                limitMemory(home);
            }
            return new CgroupHome(home, controllers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void limitMemory(Path home) throws IOException {
        // Otherwise the kernel would kill all processes of all jails together, including those that share the agent's
        // memory.
        write(home.resolve("memory.oom.group"), "0");
        if (TextFile.read(home.resolve("memory.max")).equals("max\n")) {
            write(home.resolve("memory.max"), Long.toString(HostMemory.bytes() * ALL_JAILS / 16));
        }
    }

    private static void enable(Path directory) throws IOException {
        Set<String> available = words(directory.resolve("cgroup.controllers"));
        Set<String> enabled = words(directory.resolve("cgroup.subtree_control"));
        for (String controller : OF_EVERY_JAIL) {
            if (available.contains(controller) && !enabled.contains(controller)) {
                write(directory.resolve("cgroup.subtree_control"), "+" + controller);
            }
        }
    }

    /** Makes more controllers available below the root. What the host does not permit is a capability that it lacks, not a reason to stop. */
    private static void offer(Path root) throws IOException {
        Set<String> available = words(root.resolve("cgroup.controllers"));
        Set<String> enabled = words(root.resolve("cgroup.subtree_control"));
        for (String controller : WHEN_NEEDED) {
            if (available.contains(controller) && !enabled.contains(controller)) {
                try {
                    write(root.resolve("cgroup.subtree_control"), "+" + controller);
                } catch (FileSystemException e) {
                    log.warn("the controller {} of cgroup v2 cannot be enabled: {}", controller, e.getReason());
                }
            }
        }
    }

    /** Enables a controller of {@link #controllers} for all jails, if it is not enabled yet. */
    void enable(String controller) {
        Path file = path.resolve("cgroup.subtree_control");
        try {
            if (!words(file).contains(controller)) {
                write(file, "+" + controller);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the CPUs on which jails can run; empty if it is not known. */
    CpuSet cpus() {
        Path file = path.resolve("cpuset.cpus.effective");
        try {
            return Files.exists(file) ? new CpuSet(TextFile.read(file).strip()) : CpuSet.ALL;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> words(Path file) throws IOException {
        String text = TextFile.read(file).strip();
        return text.isEmpty() ? Set.of() : Set.of(text.split(" ", -1));
    }

    private static void write(Path file, String value) throws IOException {
        Files.writeString(file, value, StandardOpenOption.WRITE);
    }

    /** Returns the directory for processes that keep terminals of jails; it exists then. */
    Path ofTerminals() {
        try {
            return Files.createDirectories(path.resolve(TERMINALS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the directory, unless it contains the cgroup of a jail. */
    void remove() {
        try (DirectoryStream<Path> jails = Files.newDirectoryStream(path, CgroupHome::isOfJail)) {
            if (!jails.iterator().hasNext() && removeTerminals(path)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOfJail(Path child) {
        return Files.isDirectory(child) && !child.endsWith(TERMINALS);
    }

    /** Removes the directory for processes that keep terminals; returns false if one of them still runs. They end soon after their jails. */
    static boolean removeTerminals(Path home) {
        long deadline = System.nanoTime() + TERMINALS_PATIENCE_NANOS;
        Path terminals = home.resolve(TERMINALS);
        while (Files.exists(terminals)) {
            try {
                Files.delete(terminals);
            } catch (IOException stillRuns) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        return true;
    }

    /** Finds the mount point of cgroup v2. Hybrid systems mount it in different places (proc_pid_mountinfo(5)). */
    static Path mountPoint() {
        try {
            for (String line : TextFile.lines(Path.of("/proc/self/mountinfo"))) {
                String[] halves = line.split(" - ", 2);
                String[] fields = halves[0].split(" ", -1);
                if (halves[1].startsWith("cgroup2 ") && fields[3].equals("/")) {
                    return Path.of(fields[4]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("no cgroup v2 hierarchy is mounted on this host");
    }
}

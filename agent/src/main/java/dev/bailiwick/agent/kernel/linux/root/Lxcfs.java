package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.report.Condition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The lxcfs of this host, a file system in user space: for a process of a jail, its files show memory, processors and the time since the
 * start as the jail has them. A host need not have one.
 *
 * <p>INVARIANT: only the thread of this object makes calls that lxcfs must answer. It waits as long as a silent lxcfs is silent; nobody
 * else does, and no start of a jail.
 */
public final class Lxcfs implements AutoCloseable {

    /** The condition of a host whose lxcfs has served and does not answer. */
    static final String DEAD = "LxcfsDead";

    /** In {@code proc} of lxcfs, and in {@code /proc}. */
    private static final List<String> FILES =
            List.of("cpuinfo", "diskstats", "loadavg", "meminfo", "stat", "swaps", "uptime");

    private static final String TYPE = "fuse.lxcfs";
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long ATTRIBUTES = Constants.MOUNT_ATTR_RDONLY
            | Constants.MOUNT_ATTR_NOSUID
            | Constants.MOUNT_ATTR_NODEV
            | Constants.MOUNT_ATTR_NOEXEC;

    private final Optional<Path> directory;
    private final Clock clock;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("lxcfs").daemon().factory());

    /** Guarded by this, as the next two. */
    private Serving serving = Serving.NOTHING;

    private boolean isExpected;
    private Optional<Condition> condition = Optional.empty();

    /** Used by whoever looks; null if none waits for its answer. */
    private @Nullable Future<SequencedMap<String, Descriptor>> question;

    /**
     * An lxcfs that answers.
     *
     * @param device as in mountinfo, which no other mount has; empty for none
     * @param files opened for their path only, by their name
     */
    private record Serving(String device, SequencedMap<String, Descriptor> files) {

        static final Serving NOTHING = new Serving("", new TreeMap<>());

        void close() {
            files.values().forEach(Descriptor::close);
        }
    }

    /** @param directory where it is mounted; empty if jails are to have none */
    public Lxcfs(Optional<Path> directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Looks whether lxcfs answers; takes at most two seconds. Not to be called by two threads at a time. */
    public void look() {
        Optional<String> mounted = directory.flatMap(Lxcfs::deviceAt);
        SequencedMap<String, Descriptor> answer = mounted.isPresent() ? ask() : new TreeMap<>();
        synchronized (this) {
            serving.close();
            serving = answer.isEmpty() ? Serving.NOTHING : new Serving(mounted.orElseThrow(), answer);
            isExpected |= !answer.isEmpty();
            boolean isMissing = answer.isEmpty() && (mounted.isPresent() || isExpected);
            condition = isMissing ? Optional.of(dead(mounted.isPresent())) : Optional.empty();
        }
    }

    private Condition dead(boolean isMounted) {
        String message = "lxcfs at " + directory.orElseThrow() + (isMounted ? " does not answer" : " has ended")
                + ": jails see the figures of this host in /proc until it serves again";
        return condition
                .filter(known -> known.message().equals(message))
                .orElseGet(() -> new Condition(DEAD, message, clock.instant()));
    }

    /** Returns the files, or none if it does not answer in time. */
    private SequencedMap<String, Descriptor> ask() {
        try {
            if (question == null) {
                question = thread.submit(this::open);
            }
            SequencedMap<String, Descriptor> files = question.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            question = null;
            return files;
        } catch (TimeoutException e) {
            // The next look waits for the same answer: a question at a time.
            return new TreeMap<>();
        } catch (ExecutionException | CancellationException e) {
            question = null;
            return new TreeMap<>();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new TreeMap<>();
        }
    }

    private SequencedMap<String, Descriptor> open() throws IOException {
        Path files = directory.orElseThrow().resolve("proc");
        // A dead one still has its names in the kernel's cache; only a read reaches it.
        TextFile.read(files.resolve("uptime"));
        SequencedMap<String, Descriptor> opened = new TreeMap<>();
        try {
            for (String name : FILES) {
                String path = files.resolve(name).toString();
                opened.put(
                        name,
                        Linux.openat2(Constants.AT_FDCWD, path, Constants.O_PATH, 0, 0)
                                .movedHigh());
            }
            return opened;
        } catch (LinuxFailure e) {
            opened.values().forEach(Descriptor::close);
            throw e;
        }
    }

    /** Returns what identifies the lxcfs that serves; empty for none. */
    public synchronized String device() {
        return serving.device;
    }

    /** Returns the mount of its files as new, detached mounts, by their name in {@code /proc}; none if it does not serve, or if its mount is gone. The caller closes them. */
    public synchronized SequencedMap<String, Descriptor> mounts() {
        SequencedMap<String, Descriptor> mounts = new TreeMap<>();
        try {
            serving.files.forEach((name, file) -> {
                Descriptor mount = Linux.cloneTree(file, "lxcfs " + name);
                mounts.put(name, mount);
                Linux.setMount(mount, "lxcfs " + name, ATTRIBUTES, 0);
            });
            return mounts;
        } catch (LinuxFailure e) {
            mounts.values().forEach(Descriptor::close);
            if (e.errno() == Errno.EINVAL) {
                // The files are of a mount that was removed, because lxcfs restarts: open_tree(2). The next look
                // notices.
                return new TreeMap<>();
            }
            throw e;
        }
    }

    /**
     * Gives a running jail the files of the lxcfs that serves, in place of those of another one that does not; does nothing if it has the
     * right ones.
     *
     * @param init the descriptor of its first process: another process may have its id by now
     * @throws LinuxFailure if that is not possible, for example because the jail has ended
     */
    public void mend(int initPid, Descriptor init) {
        Map<String, String> bound = boundIn(initPid);
        SequencedMap<String, Descriptor> wanted = new TreeMap<>();
        String device;
        synchronized (this) {
            device = serving.device;
            boolean isRight = device.isEmpty()
                    ? bound.isEmpty()
                    : bound.keySet().equals(serving.files.keySet())
                            && bound.values().stream().allMatch(device::equals);
            if (isRight) {
                return;
            }
            wanted.putAll(mounts());
        }
        try {
            List<String> dead = bound.entrySet().stream()
                    .filter(entry -> !entry.getValue().equals(device))
                    .map(Map.Entry::getKey)
                    .toList();
            bound.forEach((name, its) -> {
                if (its.equals(device)) {
                    Optional.ofNullable(wanted.remove(name)).ifPresent(Descriptor::close);
                }
            });
            if (!dead.isEmpty() || !wanted.isEmpty()) {
                ProcMounts.change(init, dead, wanted);
            }
        } finally {
            wanted.values().forEach(Descriptor::close);
        }
    }

    /** Returns the files of any lxcfs that the process sees in {@code /proc}, with the device of each. */
    private static Map<String, String> boundIn(int initPid) {
        Map<String, String> bound = new TreeMap<>();
        for (String[] mount : mounts(Path.of("/proc", Integer.toString(initPid), "mountinfo"))) {
            String name = mount[4].startsWith("/proc/") ? mount[4].substring("/proc/".length()) : "";
            if (FILES.contains(name)) {
                bound.put(name, mount[2]);
            }
        }
        return bound;
    }

    private static Optional<String> deviceAt(Path directory) {
        return mounts(Path.of("/proc/self/mountinfo")).stream()
                .filter(mount -> mount[4].equals(directory.toString()))
                .map(mount -> mount[2])
                .reduce((_, later) -> later);
    }

    /** Returns the fields of each mount of an lxcfs: proc_pid_mountinfo(5). */
    private static List<String[]> mounts(Path file) {
        try {
            return TextFile.lines(file).stream()
                    .filter(line -> line.contains(" - " + TYPE + " "))
                    .map(line -> line.split(" ", -1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the condition of a host whose lxcfs has served and does not now. */
    public synchronized Optional<Condition> condition() {
        return condition;
    }

    public synchronized Capability capability() {
        if (!serving.device.isEmpty()) {
            return Capability.available("lxcfs");
        }
        return Capability.missing(
                "lxcfs",
                condition
                        .map(Condition::message)
                        .orElseGet(
                                () -> "no lxcfs is mounted at "
                                        + directory.map(Path::toString).orElse("any path")
                                        + ": in /proc of a jail, memory, processors and the time since the start are those of this host"));
    }

    @Override
    public synchronized void close() {
        thread.shutdownNow();
        serving.close();
        serving = Serving.NOTHING;
    }
}

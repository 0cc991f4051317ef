package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The cgroup v2 directories of the jails, below the agent's own directory. A jail's directory is named after the number of its range of
 * ids, because it is created before its jail is known, and a cgroup cannot be renamed. The agent also keeps notes on it
 * ({@link CgroupNotes}); a directory without notes does not belong to a jail.
 */
public final class Cgroups {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");
    /** On a slow host it takes some time to free the memory of a large process. */
    private static final long REMOVAL_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * A jail needs to write these files to create cgroups below its own. The limits beside them stay the host's (cgroups(7), delegation).
     */
    private static final List<String> DELEGATED = List.of("cgroup.procs", "cgroup.threads", "cgroup.subtree_control");

    /** Limits the cost of removing a jail's cgroups. An init creates some dozens, about five levels deep. */
    private static final Map<String, String> MAX_BELOW =
            Map.of("cgroup.max.descendants", "1000", "cgroup.max.depth", "32");

    private final CgroupHome home;
    private final CgroupLimits limits;

    /**
     * @param files the directory with the files of the jails, whose disk they share
     * @throws IllegalStateException if no cgroup v2 hierarchy is mounted
     */
    public Cgroups(String name, Path files) {
        this.home = CgroupHome.open(name);
        this.limits = new CgroupLimits(home, files);
    }

    /** Removes the directory that contains the jails' cgroups, unless it contains any. */
    public void removeHome() {
        home.remove();
    }

    /** Returns the limits that this host cannot enforce although it may have their controllers, with the reason. */
    public List<Capability> capabilities() {
        return limits.capabilities();
    }

    /** Returns the controllers that can enforce limits of jails. */
    public Set<String> controllers() {
        return home.controllers();
    }

    /**
     * Returns how many processes of this jail, or of a cgroup below it, the kernel killed because the jail had reached its limit of memory.
     * A kill for lack of memory on the host, or by a lower limit that the jail has set itself, does not count.
     */
    public long memoryKills(IdRange range) {
        Path directory = directoryOf(range);
        // The counter oom_kill has every kill, whoever had no more memory; oom of this cgroup alone has only its own
        // limit.
        boolean hadReachedItsLimit = CgroupEvents.count(directory.resolve("memory.events.local"), "oom") > 0;
        return hadReachedItsLimit ? CgroupEvents.count(directory.resolve("memory.events"), "oom_kill") : 0;
    }

    /** Returns how many new processes and threads of this jail the kernel refused because of its limit. */
    public long refusedForks(IdRange range) {
        return CgroupEvents.count(directoryOf(range).resolve("pids.events"), "max");
    }

    /** Returns the number of the disk with the files of the jails, as in {@code io.stat}; empty if no single disk has them. */
    public Optional<String> disk() {
        return limits.disk();
    }

    /** Creates a cgroup for the jail of this range, with the default limits; returns it open for {@code CLONE_INTO_CGROUP}. */
    public Descriptor create(IdRange range) {
        Path directory = directoryOf(range);
        try {
            Files.createDirectories(directory);
            limits.limitAsEveryJail(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Descriptor made = CgroupNotes.open(directory);
        try {
            CgroupNotes.setMade(made, home.path().getFileName().toString());
        } catch (LinuxFailure e) {
            made.close();
            throw e;
        }
        return made;
    }

    /** Returns the cgroup of the processes that keep terminals of jails, open for {@code CLONE_INTO_CGROUP}. It ends with no agent. */
    public Descriptor ofTerminals() {
        return CgroupNotes.open(home.ofTerminals());
    }

    /** @throws dev.bailiwick.agent.kernel.KernelRefusal if this host cannot enforce one of the limits */
    public void requirePossible(Limits wanted) {
        limits.requirePossible(wanted);
    }

    /** Sets the limits that the definition names, in place of the defaults. */
    public void limit(IdRange range, Limits wanted) {
        limits.limit(directoryOf(range), wanted);
    }

    /** Returns the limits, including defaults, that are not in force, each by its file name. */
    public List<String> unheld(IdRange range, Limits wanted) {
        return limits.unheld(directoryOf(range), wanted);
    }

    /** Sets all limits again. */
    public void restoreLimits(IdRange range, Limits wanted) {
        limits.restoreLimits(directoryOf(range), wanted);
    }

    /** Returns the directory of the cgroup of this range, which may not exist. */
    public Path directoryOf(IdRange range) {
        return home.path().resolve(Integer.toString(range.number()));
    }

    /** Permits root of the jail of this range to create cgroups below the jail's cgroup. */
    public void delegate(Descriptor cgroup, IdRange range) {
        MAX_BELOW.forEach((file, most) -> {
            try {
                Files.writeString(directoryOf(range).resolve(file), most, StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Linux.own(cgroup, "", range.first());
        DELEGATED.forEach(file -> Linux.own(cgroup, file, range.first()));
    }

    /** Returns whether {@link #delegate} was called since the cgroup was created. */
    public boolean isDelegated(IdRange range) {
        try {
            return !Files.getAttribute(directoryOf(range), "unix:uid").equals(0);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the jail's cgroup and everything below it. It must contain no process; does nothing if it no longer exists. */
    public void remove(IdRange range) {
        Path directory = directoryOf(range);
        long deadline = System.nanoTime() + REMOVAL_PATIENCE_NANOS;
        while (true) {
            try {
                CgroupTree.remove(directory);
                return;
            } catch (IOException e) {
                // The last process may still leave the cgroup for a moment after its end was announced.
                if (System.nanoTime() > deadline) {
                    throw new UncheckedIOException(e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }

    /** Sends SIGKILL to every process of the jail at once, including processes that are being forked. */
    public void kill(IdRange range) {
        try {
            Files.writeString(directoryOf(range).resolve("cgroup.kill"), "1", StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            return; // nothing to kill: the cgroup no longer exists
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns whether the process is in the jail's cgroup or in one below it, according to proc_pid_cgroup(5). */
    public boolean contains(IdRange range, int pid) {
        String group = "0::/" + home.path().getFileName() + "/" + range.number();
        return ProcessTimes.read(pid, "cgroup")
                .map(text -> TextFile.lines(text).stream()
                        .anyMatch(line -> line.equals(group) || line.startsWith(group + "/")))
                .orElse(false);
    }

    /** Returns the process ids of all processes of the jail; none if it has no cgroup. */
    public List<Integer> processes(IdRange range) {
        try {
            List<Integer> processes = new ArrayList<>();
            CgroupTree.collect(directoryOf(range), processes);
            return processes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns every range that has a cgroup. */
    public List<IdRange> ranges() {
        List<IdRange> ranges = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(home.path())) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                // A directory with another name was not created by an agent.
                if (NUMBER.matcher(name).matches()) {
                    ranges.add(IdRange.ofNumber(Integer.parseInt(name)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ranges;
    }

    public void mark(IdRange range, JailMark mark) {
        CgroupNotes.setMark(directoryOf(range), mark);
    }

    /** Records the name of the programs on the cgroup, before the jail borrows them. */
    public void notePrograms(Descriptor cgroup, String name) {
        CgroupNotes.setPrograms(cgroup, name);
    }

    /** Records the name of the lowest layer on the cgroup, before the jail uses it. */
    public void noteLayer(Descriptor cgroup, String name) {
        CgroupNotes.setLayer(cgroup, name);
    }

    /**
     * Returns the names of the lowest layers that jails use, whichever agent started them; empty if that is not known of a jail, because
     * an earlier version started it, or because it is just being started.
     */
    public Optional<Set<String>> usedLayers() {
        Set<String> used = new TreeSet<>();
        for (IdRange range : ranges()) {
            Path directory = directoryOf(range);
            Optional<String> layer = CgroupNotes.layer(directory);
            if (layer.isEmpty() && CgroupNotes.programs(directory).isPresent()) {
                return Optional.empty();
            }
            layer.ifPresent(used::add);
        }
        return Optional.of(used);
    }

    /** Returns the names of the programs that jails borrow, whichever agent started them. */
    public Set<String> borrowedPrograms() {
        return ranges().stream()
                .flatMap(range -> CgroupNotes.programs(directoryOf(range)).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns whether the range has a cgroup that an agent created. */
    public boolean isMade(IdRange range) {
        return CgroupNotes.isOfAJail(directoryOf(range));
    }

    public boolean exists(IdRange range) {
        return Files.isDirectory(directoryOf(range));
    }

    /** Returns the mark; empty if this range has no cgroup, or its cgroup does not belong to a jail. */
    public Optional<JailMark> markOf(IdRange range) {
        return CgroupNotes.mark(directoryOf(range));
    }

    /** Returns the mount point of cgroup v2. */
    public static Path mountPoint() {
        return CgroupHome.mountPoint();
    }
}

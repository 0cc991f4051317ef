package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
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
 * A cgroup v2 directory for each jail, below one of our own, named after the number of the jail's range of ids: it is there
 * before the jail that will live in it is known, and a cgroup cannot be renamed. It is also where the agent notes what it started
 * ({@link CgroupNotes}); a directory without that note belongs to no jail.
 */
public final class Cgroups {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");
    /** What a large process had takes a slow host some time to give back. */
    private static final long REMOVAL_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** By these a jail makes groups below its own; the limits beside them stay the host's (cgroups(7), delegation). */
    private static final List<String> DELEGATED = List.of("cgroup.procs", "cgroup.threads", "cgroup.subtree_control");

    /** Bounds what taking down a jail's groups can cost; an init makes some dozens, about five deep. */
    private static final Map<String, String> MAX_BELOW =
            Map.of("cgroup.max.descendants", "1000", "cgroup.max.depth", "32");

    private final CgroupHome home;
    private final CgroupLimits limits;

    /** @throws IllegalStateException if no cgroup v2 hierarchy is mounted */
    public Cgroups(String name) {
        this.home = CgroupHome.open(name);
        this.limits = new CgroupLimits(home.controllers());
    }

    /** Removes the directory that holds the jails' cgroups, unless it holds any. */
    public void removeHome() {
        home.remove();
    }

    /** The controllers that can hold jails to limits. */
    public Set<String> controllers() {
        return home.controllers();
    }

    /** A new cgroup for the jail of this range, with the limits of a jail whose definition names none; open for {@code CLONE_INTO_CGROUP}. */
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

    /** Holds all that is in the jail's cgroup to these limits, where they are named, instead of those that every jail has. */
    public void limit(IdRange range, Limits wanted) {
        limits.limit(directoryOf(range), wanted);
    }

    /** In which of its limits, those that every jail has among them, the jail is not held, each by the name of its file. */
    public List<String> unheld(IdRange range, Limits wanted) {
        return limits.unheld(directoryOf(range), wanted);
    }

    /** Holds it to all of them again. */
    public void restoreLimits(IdRange range, Limits wanted) {
        limits.restoreLimits(directoryOf(range), wanted);
    }

    private Path directoryOf(IdRange range) {
        return home.path().resolve(Integer.toString(range.number()));
    }

    /** Lets root of the jail of this range make groups of its own below the jail's. */
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

    /** Whether {@link #delegate} was called for this jail since it was made. */
    public boolean isDelegated(IdRange range) {
        try {
            return !Files.getAttribute(directoryOf(range), "unix:uid").equals(0);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the jail's cgroup and all below it; it must hold no process, and may be gone already. */
    public void remove(IdRange range) {
        Path directory = directoryOf(range);
        long deadline = System.nanoTime() + REMOVAL_PATIENCE_NANOS;
        while (true) {
            try {
                CgroupTree.remove(directory);
                return;
            } catch (IOException e) {
                // The last process may still be on its way out of the cgroup after its end was announced.
                if (System.nanoTime() > deadline) {
                    throw new UncheckedIOException(e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }

    /** Sends SIGKILL to every process of the jail at once, also those that are just being forked. */
    public void kill(IdRange range) {
        try {
            Files.writeString(directoryOf(range).resolve("cgroup.kill"), "1", StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            return; // nothing to kill: the cgroup is gone
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the process is in the jail's group or in one below it, as proc_pid_cgroup(5) says. */
    public boolean contains(IdRange range, int pid) {
        String group = "0::/" + home.path().getFileName() + "/" + range.number();
        return ProcessTimes.read(pid, "cgroup")
                .map(text -> text.lines().anyMatch(line -> line.equals(group) || line.startsWith(group + "/")))
                .orElse(false);
    }

    /** The numbers of all processes of the jail; none where it has no cgroup. */
    public List<Integer> processes(IdRange range) {
        try {
            List<Integer> processes = new ArrayList<>();
            CgroupTree.collect(directoryOf(range), processes);
            return processes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every range that has a cgroup. */
    public List<IdRange> ranges() {
        List<IdRange> ranges = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(home.path())) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                // A cgroup that somebody else made here is not a jail's.
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

    /** Before the jail borrows them. */
    public void notePrograms(Descriptor cgroup, String name) {
        CgroupNotes.setPrograms(cgroup, name);
    }

    /** What jails borrow, whichever agent has started them. */
    public Set<String> borrowedPrograms() {
        return ranges().stream()
                .flatMap(range -> CgroupNotes.programs(directoryOf(range)).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether the range has a cgroup that an agent has made. */
    public boolean isMade(IdRange range) {
        return CgroupNotes.isOfAJail(directoryOf(range));
    }

    public boolean exists(IdRange range) {
        return Files.isDirectory(directoryOf(range));
    }

    /** Empty where this range has no cgroup, or one that is no jail's. */
    public Optional<JailMark> markOf(IdRange range) {
        return CgroupNotes.mark(directoryOf(range));
    }

    /** Where cgroup v2 is mounted. */
    public static Path mountPoint() {
        return CgroupHome.mountPoint();
    }
}

package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.kernel.HostClaimed;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Attributes;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * An instance's claim to ids and directories of its host. Every agent of the machine can see it, in any container, because all share one
 * cgroup v2 tree. The claim is an extended attribute of the instance's directory in that tree. It is valid while its agent locks the
 * directory (flock(2)), and then as long as the directory contains jails, because jails outlive their agent.
 *
 * <p>An agent first writes its claim and then compares it with all others. If two agents claim at the same time, at least one sees the
 * other.
 */
public final class HostClaim implements AutoCloseable {

    private static final String CLAIM = "trusted.bailiwick.claim";
    private static final String FORMAT = "1";
    private static final int WORDS = 6;
    private static final int MAX_BYTES = 4096;

    /** A jail's directory is named after the number of its range of ids. */
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,4}");

    /** The lock of a killed agent lasts until the last process that shares its descriptors has ended. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Descriptor home;

    private HostClaim(Descriptor home) {
        this.home = home;
    }

    /**
     * Claims the user ids, the cgroup and the directories of this layout. The directories must exist.
     *
     * @param root the mount point of cgroup v2
     * @throws HostClaimed if another agent has claimed any of it; the host is unchanged
     */
    public static HostClaim take(Path root, HostLayout layout) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                return attempt(root, layout);
            } catch (HostClaimed e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                // A random pause, so that two agents that compete do not retry in step.
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(20_000_000, 100_000_000));
            }
        }
    }

    private static HostClaim attempt(Path root, HostLayout layout) {
        Path home = root.resolve(layout.cgroupName());
        Descriptor locked = lock(home);
        Optional<String> before = claimOf(locked);
        try {
            ClaimedResources claim = ClaimedResources.of(layout);
            Attributes.set(locked, CLAIM, claim.text());
            for (Path other : directoriesIn(root)) {
                if (!other.equals(home)) {
                    refuseOverlap(claim, layout, other);
                }
            }
            return new HostClaim(locked.movedHigh());
        } catch (RuntimeException e) {
            before.ifPresentOrElse(text -> Attributes.set(locked, CLAIM, text), () -> Attributes.remove(locked, CLAIM));
            locked.close();
            if (before.isEmpty()) {
                removeIfEmpty(home);
            }
            throw e;
        }
    }

    /** Creates and locks the directory. Only root can open it, so nobody else can hold the lock. */
    private static Descriptor lock(Path home) {
        try {
            Files.createDirectories(home);
            // If a jail mounts cgroup v2, older kernels (6.1) traverse this directory with that jail's permissions.
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
            Descriptor directory = open(home);
            if (!Attributes.lock(directory, Attributes.EXCLUSIVE)) {
                directory.close();
                throw new HostClaimed("Another agent uses the cgroup " + home.getFileName()
                        + " on this host. Choose another with --cgroup, and other directories and user ids.");
            }
            // The previous holder of the lock may have removed the directory when it ended.
            if (!Files.exists(home)
                    || !identity(home).equals(identity(Path.of("/proc/self/fd/" + directory.number())))) {
                directory.close();
                throw new HostClaimed("Another agent removed the cgroup " + home.getFileName() + " at this moment.");
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refuseOverlap(ClaimedResources claim, HostLayout layout, Path other) {
        List<Integer> jails;
        Optional<ClaimedResources> theirs;
        boolean held;
        try (Descriptor directory = open(other)) {
            theirs = claimOf(directory).map(ClaimedResources::parse);
            jails = jailsIn(other);
            held = theirs.isPresent() && !Attributes.lock(directory, Attributes.SHARED);
        } catch (LinuxFailure | NoSuchFileException gone) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String name = String.valueOf(other.getFileName());
        if (theirs.isPresent() && (held || !jails.isEmpty())) {
            refuseOverlap(claim, layout, theirs.get(), name);
        }
        jails.stream().filter(claim::covers).findFirst().ifPresent(number -> {
            throw new HostClaimed("A jail of instance " + name + " uses user ids of this instance: "
                    + describe(IdRange.ofNumber(number).first(), 1) + ". " + chooseIds(layout));
        });
    }

    private static void refuseOverlap(ClaimedResources claim, HostLayout layout, ClaimedResources theirs, String name) {
        String who = "instance " + name + " (its state is in " + theirs.state + ")";
        if (claim.first < theirs.first + theirs.count && theirs.first < claim.first + claim.count) {
            throw new HostClaimed("The user ids "
                    + describe(IdRange.ofNumber(theirs.first).first(), theirs.count)
                    + " of this host belong to " + who + " and overlap with "
                    + describe(layout.firstHostId(), layout.hostIdRanges()) + " of this instance. "
                    + chooseIds(layout));
        }
        if (claim.runtime.equals(theirs.runtime)) {
            throw new HostClaimed("The directory " + layout.runtimeDirectory() + " belongs to " + who
                    + ". Choose another with --runtime.");
        }
        if (claim.rootBase.equals(theirs.rootBase)) {
            throw new HostClaimed(
                    "The directory " + layout.rootBase() + " belongs to " + who + ". Choose another with --root-base.");
        }
    }

    private static String describe(long first, int ranges) {
        return first + " to " + (first + (long) ranges * HostLayout.RANGE_WIDTH - 1);
    }

    private static String chooseIds(HostLayout layout) {
        return "Choose others with --first-host-id and --host-id-ranges, now " + layout.firstHostId() + " and "
                + layout.hostIdRanges() + ".";
    }

    /** Returns the ranges of the jails in this directory. Also finds jails of agents of earlier versions, which wrote no claims. */
    private static List<Integer> jailsIn(Path home) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (Path child : directoriesIn(home)) {
            if (NUMBER.matcher(child.getFileName().toString()).matches() && CgroupNotes.isOfAJail(child)) {
                numbers.add(Integer.valueOf(child.getFileName().toString()));
            }
        }
        return numbers;
    }

    private static List<Path> directoriesIn(Path directory) {
        List<Path> directories = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, Files::isDirectory)) {
            children.forEach(directories::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directories;
    }

    private static Optional<String> claimOf(Descriptor directory) {
        return Attributes.get(directory, CLAIM, MAX_BYTES);
    }

    private static void removeIfEmpty(Path home) {
        try {
            var _ = CgroupHome.removeTerminals(home);
            Files.deleteIfExists(home);
        } catch (IOException notEmpty) {
            // It contains somebody else's cgroups.
        }
    }

    /** Returns the device and inode numbers, which identify a directory in every mount namespace. */
    private static String identity(Path directory) throws IOException {
        return Files.getAttribute(directory, "unix:dev") + ":" + Files.getAttribute(directory, "unix:ino");
    }

    private static Descriptor open(Path directory) {
        return Linux.openat2(
                Constants.AT_FDCWD, directory.toString(), Constants.O_RDONLY | Constants.O_DIRECTORY, 0, 0);
    }

    /** Releases the lock. The claim stays valid while jails of the instance run. */
    @Override
    public void close() {
        home.close();
    }

    /**
     * The content of the attribute.
     *
     * @param first the number of the first range of ids
     * @param runtime the identity of the runtime directory; likewise {@code rootBase}
     * @param state the path of the state directory, for people who read the claim
     */
    private record ClaimedResources(int first, int count, String runtime, String rootBase, String state) {

        static ClaimedResources of(HostLayout layout) {
            try {
                return new ClaimedResources(
                        new IdRange(layout.firstHostId()).number(),
                        layout.hostIdRanges(),
                        identity(layout.runtimeDirectory()),
                        identity(layout.rootBase()),
                        layout.stateDirectory().toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String text() {
            return String.join(" ", FORMAT, Integer.toString(first), Integer.toString(count), runtime, rootBase, state);
        }

        /** @throws IllegalStateException if a later agent wrote the claim: this agent then cannot know what is claimed */
        static ClaimedResources parse(String text) {
            String[] words = text.split(" ", WORDS);
            try {
                if (words.length == WORDS && words[0].equals(FORMAT)) {
                    return new ClaimedResources(
                            Integer.parseInt(words[1]), Integer.parseInt(words[2]), words[3], words[4], words[5]);
                }
            } catch (NumberFormatException e) {
                throw new IllegalStateException("a cgroup has a claim that this agent cannot read: " + text, e);
            }
            throw new IllegalStateException("a cgroup has a claim that this agent cannot read: " + text);
        }

        boolean covers(int number) {
            return number >= first && number < first + count;
        }
    }
}

package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.root.HostPrograms;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.syscall.Profile;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The parts of a running jail besides its processes.
 *
 * @param mountPoints empty if the jail may unmount them itself
 * @param borrowsPrograms whether its {@code /usr} is this host's
 */
record Needs(IpAddresses addresses, Limits limits, Set<String> mountPoints, boolean borrowsPrograms) {

    private static final Set<String> MOUNT_POINTS = Set.of("/", "/dev", "/proc", "/run", "/sys", "/tmp");

    static Needs of(JailDefinition definition) {
        boolean mounts = definition.policy().profile() == Profile.SYSTEM;
        return new Needs(
                definition.addresses(),
                definition.limits(),
                mounts ? Set.of() : MOUNT_POINTS,
                definition.base() instanceof Base.Thin);
    }

    /** Returns whether the programs that the jail borrows from its host are missing; false if it has ended. */
    boolean lacksPrograms(int initPid) {
        return borrowsPrograms && !HostPrograms.areIn(initPid);
    }

    /**
     * Returns whether the jail's root is read-only, as the kernel mounts an overlay if it cannot create a directory beside it: on a btrfs
     * whose quota is used up, for example. False if the process has ended.
     */
    boolean hasReadOnlyRoot(int initPid) {
        return ProcessTimes.read(initPid, "mountinfo").stream()
                .flatMap(text -> TextFile.lines(text).stream())
                .filter(line -> line.split(" ", 6)[4].equals("/"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .anyMatch(options -> options.equals("ro") || options.startsWith("ro,"));
    }

    /** Returns the mount points where nothing is mounted any more (proc_pid_mountinfo(5)); empty if the process has ended. */
    Set<String> missingMounts(int initPid) {
        Set<String> missing = new TreeSet<>(mountPoints);
        if (missing.isEmpty()) {
            return missing;
        }
        Optional<String> mounts = ProcessTimes.read(initPid, "mountinfo").filter(text -> !text.isEmpty());
        if (mounts.isEmpty()) {
            return Set.of();
        }
        missing.removeAll(TextFile.lines(mounts.get()).stream()
                .map(line -> line.split(" ", 6)[4])
                .collect(Collectors.toSet()));
        return missing;
    }
}

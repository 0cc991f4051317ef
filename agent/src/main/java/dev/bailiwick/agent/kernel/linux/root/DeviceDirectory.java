package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NOSUID;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.S_IFCHR;

import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A jail's {@code /dev}: a small tmpfs with the few devices that every program expects, created for each start. The agent creates it
 * because mknod(2) of a device needs a capability that no jail has. The nodes are inodes of the jail alone, so a watch or a lock on one
 * does not affect other jails.
 */
public final class DeviceDirectory {

    private record Node(String name, int major, int minor) {}

    private static final List<Node> NODES = List.of(
            new Node("null", 1, 3),
            new Node("zero", 1, 5),
            new Node("full", 1, 7),
            new Node("random", 1, 8),
            new Node("urandom", 1, 9),
            new Node("tty", 5, 0));

    private static final Map<String, String> LINKS = new LinkedHashMap<>(Map.of(
            "ptmx", "pts/ptmx",
            "fd", "/proc/self/fd",
            "stdin", "/proc/self/fd/0",
            "stdout", "/proc/self/fd/1",
            "stderr", "/proc/self/fd/2"));

    /** An empty directory, hidden once the terminals are mounted on it. It is bind-mounted over directories that must be masked. */
    static final String COVERED = "pts";

    private static final List<String> DIRECTORIES = List.of(COVERED, "shm");

    private DeviceDirectory() {}

    /** Returns the file system as a detached mount; the jail's root owns all of it. */
    public static Descriptor create(IdRange range) {
        String owner = Long.toString(range.first());
        Descriptor directory = Linux.mountDetached(
                "tmpfs",
                Map.of("mode", "755", "uid", owner, "gid", owner, "size", "64k", "nr_inodes", "256"),
                MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
        try (NativeMemory memory = new NativeMemory()) {
            for (Node node : NODES) {
                long name = NativeMemory.address(memory.text(node.name));
                Linux.call(
                        SystemCall.MKNODAT,
                        node.name,
                        directory.number(),
                        name,
                        S_IFCHR | 0600,
                        (long) node.major << 8 | node.minor);
                // The agent's umask reduces the mode given to mknod(2).
                Linux.call(SystemCall.FCHMODAT, node.name, directory.number(), name, 0666);
                Linux.own(directory, node.name, range.first());
            }
            LINKS.forEach((name, target) -> Linux.call(
                    SystemCall.SYMLINKAT,
                    name,
                    NativeMemory.address(memory.text(target)),
                    directory.number(),
                    NativeMemory.address(memory.text(name))));
            for (String name : DIRECTORIES) {
                Linux.makeDirectory(directory, name, 0755);
            }
        }
        return directory;
    }
}

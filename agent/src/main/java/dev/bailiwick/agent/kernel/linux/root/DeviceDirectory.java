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
 * A jail's {@code /dev}: a small tmpfs with the short list of devices every program expects, created again for each start. The
 * agent makes it since mknod(2) of a device needs a capability no jail has; the nodes are the jail's own inodes, so a watch
 * or a lock on one is not seen by a neighbour.
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

    /** Empty, and to be seen by nobody once the terminals are mounted on it: so it can be mounted over what nobody shall see. */
    static final String COVERED = "pts";

    private static final List<String> DIRECTORIES = List.of(COVERED, "shm");

    private DeviceDirectory() {}

    /** The file system, mounted nowhere yet, all of it owned by the jail's root. */
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
                // The mode given to mknod(2) is cut by the agent's umask.
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

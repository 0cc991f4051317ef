package dev.bailiwick.agent.kernel.linux;

import static dev.bailiwick.agent.kernel.linux.Constants.MOUNT_ATTR_NOEXEC;
import static dev.bailiwick.agent.kernel.linux.Constants.MOUNT_ATTR_NOSUID;
import static dev.bailiwick.agent.kernel.linux.Constants.S_IFCHR;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A jail's {@code /dev}: a tmpfs with the short list of devices every program expects, made anew for each start. Shared memory
 * (shm_overview(7)) has its place in it, and nearly all of its size. The agent makes it since mknod(2) of a device needs a
 * capability no jail has; the nodes are the jail's own inodes, so a watch or a lock on one is not seen by a neighbour.
 */
final class DeviceDirectory {

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

    private static final Map<String, Integer> DIRECTORIES = Map.of("pts", 0755, "shm", 01777);

    private DeviceDirectory() {}

    /** The file system, mounted nowhere yet, all of it owned by the jail's root. */
    static Descriptor create(IdRange range) {
        String owner = Long.toString(range.first());
        Descriptor directory = Linux.mountDetached(
                "tmpfs",
                Map.of("mode", "755", "uid", owner, "gid", owner, "size", "64m", "nr_inodes", "16640"),
                MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
        try (Arena arena = new Arena()) {
            for (Node node : NODES) {
                Linux.call(
                        SystemCall.MKNODAT,
                        node.name,
                        directory.number(),
                        Arena.address(arena.text(node.name)),
                        S_IFCHR | 0600,
                        (long) node.major << 8 | node.minor);
                give(directory, arena, node.name, 0666, range);
            }
            LINKS.forEach((name, target) -> Linux.call(
                    SystemCall.SYMLINKAT,
                    name,
                    Arena.address(arena.text(target)),
                    directory.number(),
                    Arena.address(arena.text(name))));
            DIRECTORIES.forEach((name, mode) -> {
                Linux.makeDirectory(directory, name, 0755);
                give(directory, arena, name, mode, range);
            });
        }
        return directory;
    }

    /** The mode given to mknod(2) or mkdir(2) is cut by the agent's umask. */
    private static void give(Descriptor directory, Arena arena, String name, int mode, IdRange range) {
        Linux.call(SystemCall.FCHMODAT, name, directory.number(), Arena.address(arena.text(name)), mode);
        Linux.own(directory, name, range.first());
    }
}

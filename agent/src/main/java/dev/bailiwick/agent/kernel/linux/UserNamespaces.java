package dev.bailiwick.agent.kernel.linux;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * User namespaces that nobody lives in, one for each range that was ever used: they tell mount_setattr(2) how to shift the owners
 * of a shared tree. A jail's own namespace can not serve, since it exists only when its mounts must be ready already. One is kept
 * when its range is free, for the next jail of that range: making one takes a process.
 */
final class UserNamespaces implements AutoCloseable {

    private final Map<Long, Descriptor> byFirstId = new ConcurrentHashMap<>();

    /** The namespace of this range; stays this object's to close. */
    Descriptor shifting(IdRange range) {
        return byFirstId.computeIfAbsent(range.first(), first -> create(range));
    }

    /** Writes both id maps of a process that was just cloned into a user namespace of its own. */
    static void map(int pid, IdRange range) {
        write(pid, "uid_map", range.map());
        write(pid, "gid_map", range.map());
    }

    private static Descriptor create(IdRange range) {
        try (Arena arena = new Arena()) {
            SpawnProgram program = new SpawnProgram(arena);
            Pointer never = program.await("nothing: this process only holds a namespace open for a moment");
            SpawnProgram.Child child =
                    program.spawn(Constants.CLONE_NEWUSER, SpawnProgram.SAME_CGROUP, SpawnProgram.SAME_OWNER);
            try (Descriptor process = new Descriptor(child.pidDescriptor())) {
                try {
                    map(child.pid(), range);
                    return Linux.openat2(
                            Constants.AT_FDCWD, "/proc/" + child.pid() + "/ns/user", Constants.O_RDONLY, 0, 0);
                } finally {
                    Linux.call(SystemCall.PIDFD_SEND_SIGNAL, "SIGKILL", process.number(), Constants.SIGKILL, 0, 0);
                    Linux.reap(process);
                    never.setInt(0, 1);
                }
            }
        }
    }

    private static void write(int pid, String file, String map) {
        try {
            Files.writeString(Path.of("/proc", Integer.toString(pid), file), map, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        byFirstId.values().forEach(Descriptor::close);
        byFirstId.clear();
    }
}

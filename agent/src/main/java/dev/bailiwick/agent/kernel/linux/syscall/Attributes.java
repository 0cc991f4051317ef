package dev.bailiwick.agent.kernel.linux.syscall;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Extended attributes of directories that only root can see (xattr(7), trusted), and locks of directories. kernfs keeps both in memory.
 */
public final class Attributes {

    /** Operations of flock(2): a lock that several descriptors can hold, and a lock that only one can hold. */
    public static final int SHARED = 1;

    public static final int EXCLUSIVE = 2;
    private static final int LOCK_NB = 4;

    private Attributes() {}

    public static void set(Descriptor directory, String name, String text) {
        try (NativeMemory memory = new NativeMemory()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            Linux.call(
                    SystemCall.FSETXATTR,
                    name,
                    directory.number(),
                    NativeMemory.address(memory.text(name)),
                    NativeMemory.address(memory.copy(bytes)),
                    bytes.length,
                    0);
        }
    }

    /** Returns the attribute's value; empty if the directory has no attribute of this name. */
    public static Optional<String> get(Descriptor directory, String name, int mostBytes) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer value = memory.bytes(mostBytes);
            long length = Linux.raw(
                    SystemCall.FGETXATTR,
                    directory.number(),
                    NativeMemory.address(memory.text(name)),
                    NativeMemory.address(value),
                    mostBytes);
            if (length == -Errno.ENODATA) {
                return Optional.empty();
            }
            Linux.check("fgetxattr", name, length);
            return Optional.of(new String(value.getByteArray(0, (int) length), StandardCharsets.UTF_8));
        }
    }

    public static void remove(Descriptor directory, String name) {
        try (NativeMemory memory = new NativeMemory()) {
            Linux.raw(SystemCall.FREMOVEXATTR, directory.number(), NativeMemory.address(memory.text(name)));
        }
    }

    /**
     * Locks the directory until the last copy of the descriptor is closed; returns false if another descriptor holds a conflicting lock.
     */
    public static boolean lock(Descriptor directory, int kind) {
        long result = Linux.raw(SystemCall.FLOCK, directory.number(), kind | LOCK_NB);
        if (result == -Errno.EAGAIN) {
            return false;
        }
        Linux.check("flock", "cgroup", result);
        return true;
    }
}

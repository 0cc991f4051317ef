package dev.bailiwick.agent.kernel.linux.syscall;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_EMPTY_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_REMOVEDIR;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_SYMLINK_NOFOLLOW;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLD_EXITED;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSCONFIG_CMD_CREATE;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSCONFIG_SET_STRING;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSMOUNT_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSOPEN_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_SIZE;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.OPEN_TREE_CLONE;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.P_PIDFD;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.WEXITED;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** System calls of the agent itself, with types; a failing call throws {@link LinuxFailure}. */
public final class Linux {

    private static final int MAX_ERRNO = 4095;
    private static final int PREAD64 = SystemCall.PREAD64.number();

    private Linux() {}

    /** Returns the result; throws {@link LinuxFailure} if it is a negative errno. */
    public static long check(String call, String subject, long result) {
        if (result < 0 && result >= -MAX_ERRNO) {
            throw new LinuxFailure(call, subject, (int) -result);
        }
        return result;
    }

    public static long call(SystemCall call, String subject, long... arguments) {
        return check(call.text(), subject, raw(call, arguments));
    }

    /** Returns the result, or a negative errno. */
    public static long raw(SystemCall call, long... arguments) {
        long[] a = Arrays.copyOf(arguments, 6);
        return NativeSpawn.bailiwick_call(call.number(), a[0], a[1], a[2], a[3], a[4], a[5]);
    }

    public static Descriptor openat2(int directory, String path, int flags, int mode, long resolve) {
        try (NativeMemory memory = new NativeMemory()) {
            long result = openat2Raw(memory, directory, path, flags, mode, resolve);
            return new Descriptor((int) check("openat2", path, result));
        }
    }

    /** Returns a descriptor, or a negative errno. */
    public static long openat2Raw(NativeMemory memory, int directory, String path, int flags, int mode, long resolve) {
        long result;
        do {
            // With RESOLVE_BENEATH and RESOLVE_IN_ROOT, openat2(2) fails with EAGAIN if a path component was renamed
            // meanwhile.
            result = raw(
                    SystemCall.OPENAT2,
                    directory,
                    NativeMemory.address(memory.text(path)),
                    NativeMemory.address(how(memory, flags | O_CLOEXEC, mode, resolve)),
                    24);
        } while (result == -Errno.EAGAIN);
        return result;
    }

    /**
     * Reads with one call of read(2).
     *
     * @param subject what is read, for the message of a failure
     * @return the number of bytes read; 0 at the end of the file
     */
    public static int read(Descriptor file, String subject, Pointer into, int bytes) {
        return (int) call(SystemCall.READ, subject, file.number(), NativeMemory.address(into), bytes);
    }

    /**
     * Reads from the beginning of the file, without allocating anything.
     *
     * @param into an address in native memory with room for so many bytes
     * @return the number of bytes read, or a negative errno
     */
    public static long pread(Descriptor file, long into, int bytes) {
        return NativeSpawn.bailiwick_call(PREAD64, file.number(), into, bytes, 0, 0, 0);
    }

    /** Returns the hard limit of this process for a resource, {@code RLIMIT_*}; {@link Long#MAX_VALUE} for none. */
    public static long hardLimit(int resource) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer limits = memory.bytes(16);
            call(SystemCall.PRLIMIT64, "own limits", 0, resource, 0, NativeMemory.address(limits));
            long hard = limits.getLong(8);
            return hard < 0 ? Long.MAX_VALUE : hard;
        }
    }

    /** Returns a {@code struct open_how}. */
    public static Pointer how(NativeMemory memory, long flags, long mode, long resolve) {
        Pointer how = memory.bytes(24);
        how.setLong(0, flags);
        how.setLong(8, mode);
        how.setLong(16, resolve);
        return how;
    }

    /** Returns a {@code struct mount_attr}. */
    public static Pointer mountAttributes(NativeMemory memory, long set, long clear, int userNamespace) {
        Pointer attributes = memory.bytes(MOUNT_ATTR_SIZE);
        attributes.setLong(0, set);
        attributes.setLong(8, clear);
        attributes.setLong(24, userNamespace);
        return attributes;
    }

    /** Returns a new detached mount of the file tree behind the descriptor. */
    public static Descriptor cloneTree(Descriptor tree, String subject) {
        try (NativeMemory memory = new NativeMemory()) {
            return new Descriptor((int) call(
                    SystemCall.OPEN_TREE,
                    subject,
                    tree.number(),
                    NativeMemory.address(memory.text("")),
                    OPEN_TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH));
        }
    }

    /** Changes a detached mount before anybody can see it. */
    public static void setMount(Descriptor mount, String subject, long set, int userNamespace) {
        try (NativeMemory memory = new NativeMemory()) {
            call(
                    SystemCall.MOUNT_SETATTR,
                    subject,
                    mount.number(),
                    NativeMemory.address(memory.text("")),
                    AT_EMPTY_PATH,
                    NativeMemory.address(mountAttributes(memory, set, 0, userNamespace)),
                    MOUNT_ATTR_SIZE);
        }
    }

    /** Returns a new file system of this type, as a detached mount. */
    public static Descriptor mountDetached(String type, Map<String, String> options, long attributes) {
        try (NativeMemory memory = new NativeMemory();
                Descriptor context = new Descriptor(
                        (int) call(SystemCall.FSOPEN, type, NativeMemory.address(memory.text(type)), FSOPEN_CLOEXEC))) {
            options.forEach((key, value) -> call(
                    SystemCall.FSCONFIG,
                    type + " " + key,
                    context.number(),
                    FSCONFIG_SET_STRING,
                    NativeMemory.address(memory.text(key)),
                    NativeMemory.address(memory.text(value)),
                    0));
            call(SystemCall.FSCONFIG, type, context.number(), FSCONFIG_CMD_CREATE, 0, 0, 0);
            return new Descriptor((int) call(SystemCall.FSMOUNT, type, context.number(), FSMOUNT_CLOEXEC, attributes));
        }
    }

    /**
     * Waits for a child's end and reaps it, so that no zombie stays behind.
     *
     * @return how the child ended; empty if the process is not a child of this agent, since only the parent learns it: waitid(2)
     */
    public static Optional<Ending> reap(Descriptor process) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer information = memory.bytes(128);
            long result;
            do {
                result = raw(
                        SystemCall.WAITID, P_PIDFD, process.number(), NativeMemory.address(information), WEXITED, 0);
            } while (result == -Errno.EINTR);
            if (result == -Errno.ECHILD) {
                return Optional.empty();
            }
            check("waitid", "the jail's init", result);
            int code = information.getInt(8);
            int status = information.getInt(24);
            return Optional.of(code == CLD_EXITED ? new Ending.Exited(status) : killed(status));
        }
    }

    /** Returns whether a process is a child of this agent that has not been reaped. */
    static boolean isChild(Descriptor process) {
        try (NativeMemory memory = new NativeMemory()) {
            return look(process, memory.bytes(128));
        }
    }

    /** Returns whether a child has ended; does not reap it. */
    public static boolean hasEnded(Descriptor process) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer information = memory.bytes(128);
            return look(process, information) && information.getInt(0) == Constants.SIGCHLD;
        }
    }

    /** Reads whether a child has ended; returns false if it is none. */
    private static boolean look(Descriptor process, Pointer information) {
        int flags = WEXITED | Constants.WNOHANG | Constants.WNOWAIT;
        return raw(SystemCall.WAITID, P_PIDFD, process.number(), NativeMemory.address(information), flags, 0) == 0;
    }

    /**
     * Returns the ending that a signal stands for. Only reboot(2) ends the first process of a pid namespace with SIGHUP or SIGINT: the
     * kernel drops these signals if the process does not handle them, and a handler that ends the process makes it exit
     * (pid_namespaces(7)).
     */
    private static Ending killed(int signal) {
        return switch (signal) {
            case Constants.SIGHUP -> new Ending.Rebooted();
            case Constants.SIGINT -> new Ending.Halted();
            default -> new Ending.Killed(signal);
        };
    }

    /** Creates a directory; does nothing if an entry of that name exists. */
    public static void makeDirectory(Descriptor parent, String name, int mode) {
        try (NativeMemory memory = new NativeMemory()) {
            long result = raw(SystemCall.MKDIRAT, parent.number(), NativeMemory.address(memory.text(name)), mode);
            if (result != -Errno.EEXIST) {
                check("mkdirat", name, result);
            }
        }
    }

    /**
     * Gives an entry another name, possibly in another directory of the same file system. Replaces an existing entry of the new name only
     * if it is an empty directory: rename(2).
     */
    public static void rename(Descriptor from, String name, Descriptor to, String newName) {
        try (NativeMemory memory = new NativeMemory()) {
            call(
                    SystemCall.RENAMEAT2,
                    name + " to " + newName,
                    from.number(),
                    NativeMemory.address(memory.text(name)),
                    to.number(),
                    NativeMemory.address(memory.text(newName)),
                    0);
        }
    }

    /** Removes an empty directory; ignores all errors. */
    public static void removeIfEmpty(Descriptor parent, String name) {
        try (NativeMemory memory = new NativeMemory()) {
            raw(SystemCall.UNLINKAT, parent.number(), NativeMemory.address(memory.text(name)), AT_REMOVEDIR);
        }
    }

    /** Changes the owner of the entry itself, even if it is a symbolic link. */
    public static void own(Descriptor directory, String name, long owner) {
        try (NativeMemory memory = new NativeMemory()) {
            call(
                    SystemCall.FCHOWNAT,
                    name,
                    directory.number(),
                    NativeMemory.address(memory.text(name)),
                    owner,
                    owner,
                    name.isEmpty() ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW);
        }
    }

    public static Descriptor openProcessDescriptor(int pid) {
        return new Descriptor((int) call(SystemCall.PIDFD_OPEN, "process " + pid, pid, 0));
    }
}

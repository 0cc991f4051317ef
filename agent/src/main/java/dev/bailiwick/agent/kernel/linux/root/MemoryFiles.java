package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSCONFIG_CMD_RECONFIGURE;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSCONFIG_SET_STRING;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSPICK_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSPICK_EMPTY_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.host.HostMemory;
import dev.bailiwick.agent.kernel.linux.root.RootAssembly.SystemMounts;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.text.ByteSize;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.Function;

/**
 * The file systems in memory of a jail, and their sizes. Each file counts as memory of the jail. A jail that is started gets those of its
 * sandbox, which have the default sizes; only other sizes cost calls.
 */
public enum MemoryFiles {
    SHM(Limit.SHM, "dev/shm", 64L << 20, SystemMounts::sharedMemory),
    TMP(Limit.TMP, "tmp", 256L << 20, SystemMounts::temporary),
    RUN(Limit.RUN, "run", 32L << 20, SystemMounts::run);

    private final Limit limit;
    private final String path;
    private final long size;
    private final Function<SystemMounts, Operand> mount;

    MemoryFiles(Limit limit, String path, long size, Function<SystemMounts, Operand> mount) {
        this.limit = limit;
        this.path = path;
        this.size = size;
        this.mount = mount;
    }

    /** Returns the default size, for mounting. */
    String defaultSize() {
        return Long.toString(size);
    }

    private long size(Limits limits) {
        return limits.of(limit).orElse(size);
    }

    /**
     * Files in memory are not owned by any process, so that the kernel frees none of it by a kill. On a host whose kernel counts no memory of
     * jails, only the sizes bound them.
     *
     * @throws KernelRefusal if the sizes that the definition names exceed half of the host's memory
     */
    public static void requireRoom(Limits limits) {
        boolean named = List.of(values()).stream()
                .anyMatch(files -> limits.of(files.limit).isPresent());
        long all = List.of(values()).stream()
                .mapToLong(files -> files.size(limits))
                .sum();
        long half = HostMemory.bytes() / 2;
        if (named && all > half) {
            throw KernelRefusal.permanent(
                    "FilesInMemoryTooLarge",
                    "limits.shm, limits.tmp and limits.run are " + ByteSize.rounded(all, RoundingMode.UP)
                            + " together; on this host they may be " + ByteSize.rounded(half, RoundingMode.DOWN)
                            + ", half of its memory: files in memory of one jail must leave some to the others");
        }
    }

    /** Adds the calls that give the mounts of a sandbox the sizes of the definition. Must come before the child gives up its capabilities. */
    public static void compose(SpawnProgram program, SystemMounts mounts, Limits limits) {
        for (MemoryFiles files : values()) {
            if (files.size(limits) != files.size) {
                files.compose(program, files.mount.apply(mounts), Long.toString(files.size(limits)));
            }
        }
    }

    private void compose(SpawnProgram program, Operand mounted, String bytes) {
        Operand.Slot context = program.keep(
                path, SystemCall.FSPICK, mounted, program.text(""), Operand.of(FSPICK_CLOEXEC | FSPICK_EMPTY_PATH));
        program.run(
                path + " size=" + bytes,
                SystemCall.FSCONFIG,
                context,
                Operand.of(FSCONFIG_SET_STRING),
                program.text("size"),
                program.text(bytes),
                Operand.ZERO);
        program.run(
                path + " size=" + bytes,
                SystemCall.FSCONFIG,
                context,
                Operand.of(FSCONFIG_CMD_RECONFIGURE),
                Operand.ZERO,
                Operand.ZERO,
                Operand.ZERO);
    }

    /**
     * Gives the file systems of a running jail the sizes of these limits. The jail must not be able to mount anything itself: what it has
     * mounted there could belong to somebody else.
     *
     * @throws KernelRefusal if a size is smaller than the files there
     * @throws LinuxFailure if the init has ended
     */
    public static void resize(int initPid, Limits limits) {
        requireRoom(limits);
        try (Descriptor root = Linux.openat2(
                Constants.AT_FDCWD, "/proc/" + initPid + "/root", O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0)) {
            for (MemoryFiles files : values()) {
                files.resize(root, files.size(limits));
            }
        }
    }

    private void resize(Descriptor root, long bytes) {
        try (Descriptor mounted =
                        Linux.openat2(root.number(), path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, MountCalls.BELOW);
                NativeMemory memory = new NativeMemory();
                Descriptor context = new Descriptor(Math.toIntExact(Linux.call(
                        SystemCall.FSPICK,
                        path,
                        mounted.number(),
                        NativeMemory.address(memory.text("")),
                        FSPICK_CLOEXEC | FSPICK_EMPTY_PATH)))) {
            Linux.call(
                    SystemCall.FSCONFIG,
                    path + " size=" + bytes,
                    context.number(),
                    FSCONFIG_SET_STRING,
                    NativeMemory.address(memory.text("size")),
                    NativeMemory.address(memory.text(Long.toString(bytes))),
                    0);
            Linux.call(
                    SystemCall.FSCONFIG, path + " size=" + bytes, context.number(), FSCONFIG_CMD_RECONFIGURE, 0, 0, 0);
        } catch (LinuxFailure e) {
            if (e.errno() == Errno.EINVAL) {
                throw KernelRefusal.transientFailure(
                        "FilesInMemoryInUse",
                        "/" + path + " cannot get the size " + ByteSize.text(bytes) + " of limits." + limit.text()
                                + " while its files take more: delete some, or restart the jail");
            }
            throw e;
        }
    }
}

package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.linux.host.ProcessLimit;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The calls with which a child sets, in its own /proc, how much of what the kernel counts its jail may have. */
final class CountLimits {

    /** Process ids that the kernel assigns only to its own first processes (RESERVED_PIDS in kernel/pid.c). */
    private static final int RESERVED_IDS = 300;

    private static final String PROCESS_IDS =
            Long.toString(Math.min(4_194_304 - RESERVED_IDS - 1, ProcessLimit.adopted()) + RESERVED_IDS + 1);

    private final SpawnProgram program;
    private final MountCalls calls;

    CountLimits(SpawnProgram program, MountCalls calls) {
        this.program = program;
        this.calls = calls;
    }

    /**
     * Limits resources that the kernel charges to the creator of the user namespace and not to its users, and the number of process ids.
     * Without its own limit one jail could use up the host's (user_namespaces(7), /proc/sys/user; docs/counts.md).
     */
    void set(Operand proc) {
        Map<String, String> limits = Map.of(
                "max_user_namespaces", "0",
                "max_inotify_instances", "128",
                "max_inotify_watches", "65536");
        limits.forEach((name, value) -> {
            if (Files.exists(Path.of("/proc/sys/user", name))) {
                write(proc, "sys/user/" + name, value, 0);
            }
        });
        // Before Linux 6.14 this is the host's setting, which the child cannot write.
        write(proc, "sys/kernel/pid_max", PROCESS_IDS, Errno.EACCES);
    }

    private void write(Operand proc, String file, String value, int tolerated) {
        new KernelSettings(program, calls).write(proc, file, value, tolerated);
    }
}

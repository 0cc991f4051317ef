package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NOFOLLOW;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NONBLOCK;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDONLY;

import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.util.List;

/**
 * Debian's ping has CAP_NET_RAW as a file capability. No jail has it, and where file capabilities have effect the kernel does not execute
 * such a program at all (cap_bprm_creds_from_file in security/commoncap.c). Without it, ping works for every user
 * ({@link KernelSettings#permitPing}).
 */
public final class PingProgram {

    /** The second is there if {@code /bin} is no link to the first one's directory. */
    private static final List<String> PATHS = List.of("usr/bin/ping", "bin/ping");

    private PingProgram() {}

    /**
     * Takes the capability from the jail's ping, for good; does nothing where there is none. Debian's own package does without it too if it
     * is installed in the jail, where no program can give file capabilities. A jail whose ping keeps it starts all the same, and cannot execute
     * ping: if the file belongs to nobody in the jail, the disk is full, or the file is only in the template because the jail has replaced the
     * directory by a link.
     */
    public static void compose(SpawnProgram program, RootTrees trees, Operand root) {
        PATHS.stream().filter(path -> trees.head(path, 1).length > 0).forEach(path -> {
            Operand file = program.keepTolerating(
                    Errno.ANY,
                    path,
                    SystemCall.OPENAT2,
                    root,
                    program.text(path),
                    Operand.of(Linux.how(
                            program.memory(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0, MountCalls.BELOW)),
                    Operand.of(24));
            program.runTolerating(Errno.ANY, path, SystemCall.FREMOVEXATTR, file, program.text("security.capability"));
        });
    }
}

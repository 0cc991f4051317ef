package dev.bailiwick.agent.kernel.linux.host;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;

/**
 * Until it executes its command, the process of a jail shares the agent's memory and its program. The memory is shown to nobody as
 * long as it is not dumpable (proc(5)), which a change of ids ends where fs.suid_dumpable is 1. The program is executed by nobody
 * but its owner where it is the launcher's own copy.
 */
public final class AgentMemory {

    private static final String EVERYBODYS = "1";
    private static final String REASON =
            "fs.suid_dumpable is 1, which shows the agent's memory to others while it makes a jail:"
                    + " no jail starts here until it is 0 or 2";

    private AgentMemory() {}

    public static Capability capability() {
        return isPrivate()
                ? Capability.available("memory.private")
                : Capability.missing(
                        "memory.private",
                        REASON,
                        Arrays.stream(Profile.values())
                                .map(profile -> "profile:" + profile.text())
                                .toArray(String[]::new));
    }

    /** @throws KernelRefusal where it would be shown to others */
    public static void requirePrivate() {
        if (!isPrivate()) {
            throw KernelRefusal.transientFailure("HostUnsafe", REASON);
        }
    }

    private static boolean isPrivate() {
        return !Sysctl.read("fs/suid_dumpable").equals(EVERYBODYS);
    }

    /** Nobody but its owner may execute the agent's program. */
    public static Capability program() {
        try {
            return Files.getPosixFilePermissions(Path.of("/proc/self/exe")).contains(PosixFilePermission.OTHERS_EXECUTE)
                    ? Capability.missing(
                            "program.private",
                            "the agent was not started by bailiwick-agent, or that cannot write beside itself: the command of a"
                                    + " jail may name the agent's own program (#!/proc/self/exe)")
                    : Capability.available("program.private");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

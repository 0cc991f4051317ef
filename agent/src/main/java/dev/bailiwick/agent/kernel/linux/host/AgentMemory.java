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
 * Keeps the agent's memory and program private. A jail's process shares both with the agent until it executes its command. Other
 * processes cannot read the memory as long as the agent is not dumpable (proc(5)); but where fs.suid_dumpable is 1, a change of ids makes
 * it dumpable. Only root can execute the agent's program if it is the launcher's own copy.
 */
public final class AgentMemory {

    private static final String EVERYBODYS = "1";
    private static final String REASON =
            "fs.suid_dumpable is 1, so others can read the agent's memory while it starts a jail:"
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

    /** @throws KernelRefusal if others could read the memory */
    public static void requirePrivate() {
        if (!isPrivate()) {
            throw KernelRefusal.transientFailure("HostUnsafe", REASON);
        }
    }

    private static boolean isPrivate() {
        return !Sysctl.read("fs/suid_dumpable").equals(EVERYBODYS);
    }

    /** Returns the capability that only the owner can execute the agent's program. */
    public static Capability program() {
        try {
            return Files.getPosixFilePermissions(Path.of("/proc/self/exe")).contains(PosixFilePermission.OTHERS_EXECUTE)
                    ? Capability.missing(
                            "program.private",
                            "the agent was not started by bailiwick-agent, or bailiwick-agent cannot write to its directory: the command of a"
                                    + " jail may name the agent's own program (#!/proc/self/exe)")
                    : Capability.available("program.private");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NODEV;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_NOSUID;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_WRONLY;

import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.process.Sysctls;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The calls with which a child writes settings of the kernel for its own namespaces, while it still has their capabilities. */
public final class KernelSettings {

    /** Every user id of a jail may have a socket for echo requests: ping then needs no capability (icmp(7)). */
    private static final String PING = "sys/net/ipv4/ping_group_range";

    private static final String ALL_GROUPS = "0 65535";

    private final SpawnProgram program;
    private final MountCalls calls;

    KernelSettings(SpawnProgram program, MountCalls calls) {
        this.program = program;
        this.calls = calls;
    }

    /**
     * Adds the calls for the settings of a definition. The jail's own /proc shows them read-only already, so they are written by another
     * mount of proc, which nobody else sees and which ends with the start. Without settings there are no calls.
     */
    public static void compose(SpawnProgram program, Sysctls sysctls) {
        if (sysctls.all().isEmpty()) {
            return;
        }
        MountCalls calls = new MountCalls(program);
        Operand proc = calls.newMount("proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, Map.of());
        KernelSettings settings = new KernelSettings(program, calls);
        sysctls.inOrder()
                .forEach(setting ->
                        settings.write(proc, "sys/" + setting.getKey().replace('.', '/'), setting.getValue(), 0));
    }

    /** Lets all users of the jail send echo requests. */
    void permitPing(Operand proc) {
        write(proc, PING, ALL_GROUPS, Errno.ENOENT);
    }

    void write(Operand proc, String file, String value, int tolerated) {
        byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
        Operand.Slot opened = program.keepTolerating(
                tolerated,
                "proc/" + file,
                SystemCall.OPENAT2,
                proc,
                program.text(file),
                calls.how(O_WRONLY | O_CLOEXEC, 0, MountCalls.BELOW),
                Operand.of(24));
        program.runTolerating(
                tolerated == 0 ? 0 : Errno.EBADF,
                "proc/" + file,
                SystemCall.WRITE,
                opened,
                Operand.of(program.memory().copy(bytes)),
                Operand.of(bytes.length));
    }
}

package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.nio.charset.StandardCharsets;

/** What systemd as the init of a jail finds in {@code /run} about units that cannot work in a jail: systemd.unit(5). */
final class SystemdUnits {

    private static final String UNITS = "run/systemd/system";

    /** For all services; a drop-in of one service is read later. No jail has new user namespaces, and a service that asks for one fails. */
    private static final byte[] SERVICES = "[Service]\nPrivateUsers=no\n".getBytes(StandardCharsets.US_ASCII);

    private SystemdUnits() {}

    /** Masks the login at {@code /dev/console}, where nobody can type, and which would fail with the agent that reads that terminal. */
    static void maskLogin(SpawnProgram program, MountCalls calls, Operand root) {
        calls.mountPoint(root, "run/systemd");
        program.run(
                UNITS,
                SystemCall.SYMLINKAT,
                program.text("/dev/null"),
                calls.mountPoint(root, UNITS),
                program.text("console-getty.service"));
    }

    /** Takes from services the settings with which they fail. */
    static void write(RootAssembly assembly, MountCalls calls, Operand root) {
        calls.mountPoint(root, "run/systemd");
        calls.mountPoint(root, UNITS);
        assembly.writeFile(calls.mountPoint(root, UNITS + "/service.d"), "10-jail.conf", SERVICES);
    }
}

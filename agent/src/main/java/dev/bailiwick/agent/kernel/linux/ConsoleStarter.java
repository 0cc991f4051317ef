package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.linux.console.KeptTerminals;
import dev.bailiwick.agent.kernel.linux.console.Terminal;
import dev.bailiwick.agent.kernel.linux.sandbox.JailStart;
import dev.bailiwick.agent.kernel.linux.sandbox.Sandbox;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.recording.Recording.Begin;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Console;
import java.nio.file.Path;

/** Opens the terminal of a jail that starts, and has its output copied. */
final class ConsoleStarter {

    private final KernelParts parts;

    ConsoleStarter(KernelParts parts) {
        this.parts = parts;
    }

    /**
     * Has the output of a jail copied from now on; the release of the jail ends that. The init of a system has a terminal also if its
     * definition asks for none. It does not make it its controlling terminal (systemd opens all terminals with O_NOCTTY). Another init would:
     * when such a terminal hangs up, the kernel sends SIGHUP to its processes. So it outlives the agent.
     *
     * @return the terminal of the jail, which the caller closes; {@link Descriptor#NONE} if there is none
     */
    Descriptor watch(JailId jail, Sandbox sandbox, JailDefinition definition) {
        Path pipe = parts.runtimeFiles().pipeOf(jail);
        if (definition.execution().console() == Console.TTY) {
            return watchOwn(jail, sandbox, pipe);
        }
        if (JailStart.isSystem(definition)) {
            Terminal terminal = sandbox.openTerminal();
            parts.consoles().watchSystem(jail, pipe, Begin.WITH_A_RUN, terminal);
            return terminal.slave().copy().orElseThrow();
        }
        parts.consoles().watch(jail, pipe, Begin.WITH_A_RUN);
        return Descriptor.NONE;
    }

    private Descriptor watchOwn(JailId jail, Sandbox sandbox, Path pipe) {
        Terminal terminal = sandbox.openTerminal();
        parts.consoles().watch(jail, pipe, Begin.WITH_A_RUN, terminal);
        try (Descriptor interpreter = parts.files().openEntry();
                Descriptor cgroup = parts.cgroups().ofTerminals()) {
            KeptTerminals.keep(parts.runtimeFiles().terminalOf(jail), terminal, sandbox.initPid(), interpreter, cgroup);
        }
        return terminal.slave().copy().orElseThrow();
    }
}

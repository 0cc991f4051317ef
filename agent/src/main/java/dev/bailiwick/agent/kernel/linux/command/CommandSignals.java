package dev.bailiwick.agent.kernel.linux.command;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.question.HostAnswer.How;

/** Signals to commands, and what they end by. */
final class CommandSignals {

    private CommandSignals() {}

    /** Sends a signal to the processes of a command's group. */
    static void send(Descriptor process, int signal) {
        Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, process.number(), signal, 0, Constants.PIDFD_SIGNAL_PROCESS_GROUP);
    }

    /** Kills the command and the processes of its group. */
    static void kill(Descriptor process) {
        send(process, Constants.SIGKILL);
        Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, process.number(), Constants.SIGKILL, 0, 0);
    }

    static How how(Ending ending) {
        return switch (ending) {
            case Ending.Exited(int status) -> new How.Exited(status);
            case Ending.Killed(int signal) -> new How.Killed(signal);
            // The two signals that an init ends by if it reboots; a command ends by the signal itself.
            case Ending.Rebooted() -> new How.Killed(Constants.SIGHUP);
            case Ending.Halted() -> new How.Killed(Constants.SIGINT);
        };
    }
}

package dev.bailiwick.agent.kernel.linux.command;

import dev.bailiwick.agent.kernel.CommandProcess;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.root.JailUser;
import dev.bailiwick.agent.kernel.linux.sandbox.JailEntry;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Reaper;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.SessionStart;
import java.util.Optional;

/** Runs commands in jails to their ends. */
public final class CommandRunner {

    private CommandRunner() {}

    /**
     * @param user empty for root of the jail
     * @param range the ids of the jail
     * @throws dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure if the command has not begun; names the call that failed
     */
    public static CommandEnd run(
            JailEntry entry, JailEntry.Way way, Optional<JailUser> user, IdRange range, CommandRun run) {
        CommandPipes pipes =
                new CommandPipes(range.first() + user.map(JailUser::id).orElse(0));
        Descriptor process;
        try {
            process = entry.execute(way, pipes.ofCommand(), run.command(), user, run.directory());
        } catch (RuntimeException e) {
            pipes.close();
            throw e;
        }
        try (RunningCommand command = new RunningCommand(process, pipes, run.input())) {
            return command.awaitEnd(run.limit());
        }
    }

    /**
     * Has a command begin.
     *
     * @param root the root directory of the jail
     * @param user empty for root of the jail
     * @param range the ids of the jail
     * @throws dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure if it has not begun; names the call that failed
     */
    public static CommandProcess begin(
            JailEntry entry,
            JailEntry.Way way,
            Descriptor root,
            Optional<JailUser> user,
            IdRange range,
            SessionStart start) {
        long owner = range.first() + user.map(JailUser::id).orElse(0);
        CommandStreams streams = start.terminal()
                .<CommandStreams>map(size -> CommandTerminal.open(root, owner, size))
                .orElseGet(() -> new CommandPipes(owner));
        Descriptor process;
        try {
            process = entry.execute(way, streams.ofCommand(), start.command(), user, start.directory());
        } catch (RuntimeException e) {
            streams.close();
            throw e;
        }
        try {
            return new AttachedCommand(process, streams);
        } catch (RuntimeException e) {
            CommandSignals.kill(process);
            Reaper.reap(process, AttachedCommand.TO_REAP);
            process.close();
            streams.close();
            throw e;
        }
    }
}

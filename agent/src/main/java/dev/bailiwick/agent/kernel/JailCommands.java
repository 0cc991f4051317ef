package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.SessionStart;
import java.time.Duration;

/** Commands beside the first processes of running jails. */
public interface JailCommands {

    /**
     * Waits for a jail that is about to start: until it runs, or its start has failed.
     *
     * @param longest more than zero
     */
    default void awaitStart(JailId jail, Duration longest) throws InterruptedException {}

    /**
     * Runs a command in a jail with the same confinement as its first process: namespaces, cgroup, capabilities, filter. Waits for its
     * end; may be called by several threads, also for the same jail.
     *
     * @return how it ended; {@code Refused} if it could not begin, for example because the jail does not run
     */
    default CommandEnd run(CommandRun run) {
        return CommandEnd.refused("Unsupported", "this host cannot run commands in running jails");
    }

    /**
     * Has a command begin in a jail, with the same confinement as its first process.
     *
     * @throws KernelRefusal if it could not begin; its reason is that of {@code How.Refused}
     */
    default CommandProcess begin(SessionStart start) {
        throw KernelRefusal.permanent("Unsupported", "this host cannot run commands in running jails");
    }
}

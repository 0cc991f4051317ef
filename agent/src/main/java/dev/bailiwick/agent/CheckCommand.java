package dev.bailiwick.agent;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailKernel;
import java.io.IOException;

/** Checks whether an agent can run on this host, by taking the lock and opening the kernel as the agent does. */
final class CheckCommand {

    private CheckCommand() {}

    /** @throws CommandFailed with the reason, if no agent can run here */
    static void check(HostLayout layout) throws IOException {
        try (AgentLock lock = AgentLock.takeFrom(layout);
                JailKernel kernel = HostKernel.here().open(layout)) {
            System.out.println("An agent can run here; running jails: "
                    + kernel.observe().stream().filter(jail -> jail.isRunning()).count() + ".");
        }
    }
}

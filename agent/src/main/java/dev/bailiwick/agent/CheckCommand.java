package dev.bailiwick.agent;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailKernel;
import java.io.IOException;
import java.time.Clock;
import java.util.Set;

/** Tries whether an agent could run here, by doing what it does first. */
final class CheckCommand {

    private CheckCommand() {}

    /** @throws CommandFailed if it could not, with the reason */
    static void check(HostLayout layout) throws IOException {
        try (AgentLock lock = AgentLock.takeFrom(layout);
                JailKernel kernel = HostKernel.here().open(layout, Clock.systemUTC(), Set.of())) {
            System.out.println("An agent can run here; it finds "
                    + kernel.observe().stream().filter(jail -> jail.isRunning()).count() + " jails running.");
        }
    }
}

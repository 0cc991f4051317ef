package dev.bailiwick.agent;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.ObservedJail;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Lists the jails of this host as the running agent last reported them, or, if no agent runs, as the kernel shows them. */
final class JailsCommand {

    private static final String FORMAT = "%-36s  %-11s  %10s  %7s  %8s  %s%n";

    private JailsCommand() {}

    static void list(HostLayout layout) throws IOException {
        Optional<AgentLock> lock = AgentLock.take(layout.stateDirectory());
        System.out.printf(FORMAT, "JAIL", "PHASE", "GENERATION", "PID", "RESTARTS", "");
        for (String line : lock.isPresent() ? observed(layout) : JailStatusFile.read(layout.runtimeDirectory())) {
            System.out.printf(FORMAT, (Object[]) line.split("\t", 6));
        }
        if (lock.isPresent()) {
            lock.get().close();
            System.err.println("No agent runs here; the list comes from the kernel.");
        }
    }

    private static List<String> observed(HostLayout layout) {
        try (JailKernel kernel = HostKernel.here().open(layout)) {
            return kernel.observe().stream().map(JailsCommand::line).toList();
        }
    }

    private static String line(ObservedJail jail) {
        return String.join(
                "\t",
                jail.id().toString(),
                jail.isRunning() ? "running" : "ended",
                Long.toString(jail.generation()),
                jail.initPid().isPresent() ? Integer.toString(jail.initPid().getAsInt()) : "-",
                "-",
                "");
    }
}

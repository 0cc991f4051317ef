package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.reconcile.EndedRunFiles;
import dev.bailiwick.agent.reconcile.LastEndFiles;
import dev.bailiwick.agent.reconcile.Reconciler;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a host reports of a jail that ends by itself. */
final class CauseOfEnd {

    private CauseOfEnd() {}

    /** Starts the jail, which is not started again, and returns the reasons of its conditions once it has ended. */
    static List<String> of(TestHost host, JailDefinition definition) throws IOException, InterruptedException {
        JailId id = host.newId();
        JailDefinition once = definition.with(new RestartPolicy(RestartPolicy.Mode.NEVER, OptionalInt.empty()));
        BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
        try (Reconciler reconciler = Reconciler.on(
                host.kernel,
                HostFloor.NONE,
                new EndedRunFiles(host.layout.stateDirectory()),
                new LastEndFiles(host.layout.stateDirectory()),
                Clock.systemUTC())) {
            reconciler.start(() -> new DesiredState(1, Map.of(id, new DesiredJail.Present(id, 1, once))), reports::add);
            long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
            while (true) {
                Report report = reports.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (report == null) {
                    return List.of("the jail did not end: " + host.logOf(id));
                }
                if (report.phase() == Phase.STOPPED) {
                    return report.conditions().stream().map(Condition::reason).toList();
                }
            }
        }
    }
}

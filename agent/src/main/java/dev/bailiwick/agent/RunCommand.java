package dev.bailiwick.agent;

import dev.bailiwick.agent.exec.ExecSessions;
import dev.bailiwick.agent.figure.FigureCollector;
import dev.bailiwick.agent.forward.PortForwards;
import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.link.LocalHost;
import dev.bailiwick.agent.link.ServerLink;
import dev.bailiwick.agent.link.identity.Identity;
import dev.bailiwick.agent.link.state.DesiredStates;
import dev.bailiwick.agent.link.stream.StreamKinds;
import dev.bailiwick.agent.prometheus.MetricsServer;
import dev.bailiwick.agent.reconcile.EndedRunFiles;
import dev.bailiwick.agent.reconcile.LastEndFiles;
import dev.bailiwick.agent.reconcile.Reconciler;
import dev.bailiwick.jail.stream.StreamRequest;
import java.io.IOException;
import java.time.Clock;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the agent's parts, connects them, and runs them until the process is asked to end. */
final class RunCommand {

    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

    private static final int MAX_END_SECONDS = 10;

    private RunCommand() {}

    static void run(AgentConfig config) throws IOException, InterruptedException {
        run(
                config.layout(),
                config.floor(),
                config.metricsPort(),
                clock -> HostKernel.here().open(config.layout(), clock, config.accepted(), config.lxcfs()),
                CountDownLatch::await);
    }

    /** @param toTheEnd returns when the agent must end; the latch opens if the process is asked to end */
    static void run(
            HostLayout layout,
            HostFloor floor,
            OptionalInt metricsPort,
            Function<Clock, JailKernel> kernel,
            EndWait toTheEnd)
            throws IOException, InterruptedException {
        try (AgentLock lock = AgentLock.takeFrom(layout)) {
            Identity identity = Identity.in(layout.stateDirectory())
                    .orElseThrow(() -> new CommandFailed("This host has not joined a server (there is no identity in "
                            + layout.stateDirectory()
                            + "). Create a host on the server and run the command that the server "
                            + "shows: bailiwick-agent join --server HOST:PORT"));
            Clock clock = Clock.systemUTC();
            untilAskedToEnd(asked -> {
                CompletableFuture<DesiredStates> states = DesiredStates.read(layout.stateDirectory());
                try (JailKernel opened = kernel.apply(clock)) {
                    serve(opened, floor, metricsPort, layout, identity, states, clock, asked, toTheEnd);
                }
            });
        }
    }

    /** Creates the parts, and closes them in the opposite order, so that no part calls one that is already closed. */
    private static void serve(
            JailKernel kernel,
            HostFloor floor,
            OptionalInt metricsPort,
            HostLayout layout,
            Identity identity,
            CompletableFuture<DesiredStates> states,
            Clock clock,
            CountDownLatch asked,
            EndWait toTheEnd)
            throws IOException, InterruptedException {
        try (JailStatusFile statusFile = new JailStatusFile(layout.runtimeDirectory());
                Reconciler reconciler = Reconciler.on(
                        kernel,
                        floor,
                        new EndedRunFiles(layout.stateDirectory()),
                        new LastEndFiles(layout.stateDirectory()),
                        clock);
                FigureCollector figures = FigureCollector.start(kernel, layout.stateDirectory(), clock);
                MetricsServer.Running _ = MetricsServer.start(metricsPort, figures::latest, AgentMain.version());
                ExecSessions sessions =
                        new ExecSessions(kernel, layout.runtimeDirectory().resolve("exec"), clock);
                ServerLink link = ServerLink.of(
                        identity,
                        states,
                        new LocalHost(
                                AgentMain.version(),
                                () -> floor.in(kernel.facts()),
                                new KernelAnswers(kernel, sessions),
                                kernel::denials,
                                kernel::files,
                                figures.kept(),
                                kernel::conditions,
                                new StreamKinds()
                                        .with("attach", StreamRequest.Attach.class, sessions::attach)
                                        .with(
                                                "forward",
                                                StreamRequest.Forward.class,
                                                new PortForwards(kernel)::carry)))) {
            log.atInfo()
                    .addKeyValue("version", AgentMain.version())
                    .addKeyValue("host", identity.hostName())
                    .addKeyValue("server", identity.server())
                    .addKeyValue("rootBase", layout.rootBase())
                    .log("agent started");
            reconciler.start(link::desired, statusFile.andThen(link::report));
            link.onPools(kernel::pools);
            link.onNetworks(kernel::networks);
            link.start(reconciler::accept);
            toTheEnd.stay(asked);
            // While there are streams to those who are attached.
            sessions.endAll();
            log.info("agent ends; its jails keep running");
        }
    }

    /**
     * Runs {@code work} with a latch that opens when the process is asked to end, and delays the end of the process until the work
     * is done, for {@value #MAX_END_SECONDS} s at most. The hook waits for a latch instead of the thread, because the thread ends
     * in {@link System#exit}, which waits for the hook.
     */
    private static void untilAskedToEnd(Work work) throws IOException, InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            asked.countDown();
            try {
                if (!done.await(MAX_END_SECONDS, TimeUnit.SECONDS)) {
                    log.warn("the agent ends before its work is done");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try {
            work.until(asked);
        } finally {
            done.countDown();
        }
    }

    /** Waits for the agent's end. */
    interface EndWait {
        void stay(CountDownLatch asked) throws InterruptedException;
    }

    private interface Work {
        void until(CountDownLatch asked) throws IOException, InterruptedException;
    }
}

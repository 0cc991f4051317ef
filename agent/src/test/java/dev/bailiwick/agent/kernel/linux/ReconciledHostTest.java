package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.reconcile.EndedRunFiles;
import dev.bailiwick.agent.reconcile.LastEndFiles;
import dev.bailiwick.agent.reconcile.Reconciler;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The reconcile loop with its own threads on a real kernel, for the life of one jail. */
@NeedsRoot
class ReconciledHostTest {

    private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();

    @Test
    void takesAJailFromItsDefinitionToItsRemovalAcrossTwoAgents() throws Exception {
        try (TestHost host = new TestHost()) {
            JailId id = host.newId();
            JailDefinition definition = host.definition(
                    "reconciled", "/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05 & wait; done");
            DesiredState wanted = state(1, new DesiredJail.Present(id, 1, definition));
            int firstInit;
            try (Reconciler reconciler = Reconciler.on(
                    host.kernel,
                    HostFloor.NONE,
                    new EndedRunFiles(host.layout.stateDirectory()),
                    new LastEndFiles(host.layout.stateDirectory()),
                    Clock.systemUTC())) {
                reconciler.start(() -> DesiredState.NONE, reports::add);
                reconciler.accept(StateChange.between(DesiredState.NONE, wanted));
                Report running = await(Phase.RUNNING);
                firstInit = running.initPid().orElseThrow();
                assertThat(running.steps()).isNotEmpty();
            }

            host.restartAgent();
            reports.clear();
            try (Reconciler reconciler = Reconciler.on(
                    host.kernel,
                    HostFloor.NONE,
                    new EndedRunFiles(host.layout.stateDirectory()),
                    new LastEndFiles(host.layout.stateDirectory()),
                    Clock.systemUTC())) {
                reconciler.start(() -> wanted, reports::add);
                assertThat(await(Phase.RUNNING).initPid()).hasValue(firstInit);

                ProcessHandle.of(firstInit).orElseThrow().destroyForcibly();
                Report again = await(Phase.RUNNING);
                assertThat(again.restarts()).isOne();
                assertThat(again.initPid().orElseThrow()).isNotEqualTo(firstInit);

                reconciler.accept(StateChange.between(
                        wanted,
                        state(
                                2,
                                new DesiredJail.Removed(
                                        id, 2, definition.path(), definition.base(), FilesFate.DELETED))));
                await(Phase.REMOVED);
            }
            assertThat(host.kernel.observe()).isEmpty();
            assertThat(Files.exists(Path.of(definition.path().value()))).isFalse();
        }
    }

    /** A change of how a jail is stopped reaches one that runs already, also under the next agent. */
    @Test
    void stopsAnAdoptedJailAsItsLatestDefinitionSays() throws Exception {
        try (TestHost host = new TestHost()) {
            JailId id = host.newId();
            JailDefinition first = host.definition(
                    "stubborn",
                    "/bin/sh",
                    "-c",
                    "trap 'echo quit' QUIT; trap 'echo term' TERM; echo ready; while :; do sleep 0.05; done");
            int init;
            try (Reconciler reconciler = Reconciler.on(
                    host.kernel,
                    HostFloor.NONE,
                    new EndedRunFiles(host.layout.stateDirectory()),
                    new LastEndFiles(host.layout.stateDirectory()),
                    Clock.systemUTC())) {
                reconciler.start(() -> state(1, new DesiredJail.Present(id, 1, first)), reports::add);
                init = await(Phase.RUNNING).initPid().orElseThrow();
                host.awaitLog(id, "ready");
            }

            host.restartAgent();
            reports.clear();
            JailDefinition own = first.with(new StopMethod(StopSignal.QUIT, 2));
            DesiredState running = state(2, new DesiredJail.Present(id, 2, own));
            DesiredState stopped = state(3, new DesiredJail.Present(id, 3, own.withWanted(WantedState.STOPPED)));
            try (Reconciler reconciler = Reconciler.on(
                    host.kernel,
                    HostFloor.NONE,
                    new EndedRunFiles(host.layout.stateDirectory()),
                    new LastEndFiles(host.layout.stateDirectory()),
                    Clock.systemUTC())) {
                reconciler.start(() -> running, reports::add);
                assertThat(await(Phase.RUNNING).initPid()).hasValue(init);
                long before = System.nanoTime();
                reconciler.accept(StateChange.between(running, stopped));

                Report report = await(Phase.STOPPED);

                assertThat(Duration.ofNanos(System.nanoTime() - before))
                        .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(9));
                assertThat(report.conditions()).extracting(Condition::reason).containsExactly("KilledAtDeadline");
                assertThat(report.conditions().getFirst().message()).contains("within 2 s of SIGQUIT");
                assertThat(host.logOf(id)).contains("quit").doesNotContain("term");
            }

            host.restartAgent();
            reports.clear();
            try (Reconciler reconciler = Reconciler.on(
                    host.kernel,
                    HostFloor.NONE,
                    new EndedRunFiles(host.layout.stateDirectory()),
                    new LastEndFiles(host.layout.stateDirectory()),
                    Clock.systemUTC())) {
                reconciler.start(() -> stopped, reports::add);
                assertThat(await(Phase.STOPPED).conditions())
                        .extracting(Condition::reason)
                        .containsExactly("KilledAtDeadline");
            }
        }
    }

    /** The init of a system gets another signal than TERM, see {@link StopRequest}; the condition of its kill names that one. */
    @Test
    void namesTheSignalThatAnInitOfASystemGot() throws Exception {
        try (TestHost host = new TestHost()) {
            JailId id = host.newId();
            JailDefinition system = DefinitionVariant.of(host.definition(
                            "system",
                            "/bin/sh",
                            "-c",
                            "cp /usr/bin/perl /srv/systemd; exec /srv/systemd -e '$| = 1; $SIG{NUM37} = sub { print qq(halt\n) };"
                                    + " print qq(ready\n); select undef, undef, undef, 1 while 1'"))
                    .policy(Policy.of(Profile.SYSTEM))
                    .definition()
                    .with(new StopMethod(StopSignal.TERM, 1));
            DesiredState running = state(1, new DesiredJail.Present(id, 1, system));
            DesiredState stopped = state(2, new DesiredJail.Present(id, 2, system.withWanted(WantedState.STOPPED)));
            try (Reconciler reconciler = Reconciler.on(
                    host.kernel,
                    HostFloor.NONE,
                    new EndedRunFiles(host.layout.stateDirectory()),
                    new LastEndFiles(host.layout.stateDirectory()),
                    Clock.systemUTC())) {
                reconciler.start(() -> running, reports::add);
                await(Phase.RUNNING);
                host.awaitLog(id, "ready");
                reconciler.accept(StateChange.between(running, stopped));

                Condition killed = await(Phase.STOPPED).conditions().getFirst();

                assertThat(host.logOf(id)).contains("halt");
                assertThat(killed.message()).startsWith("did not end within 1 s of SIGRTMIN+3 and was killed");
            }
        }
    }

    @Test
    void startsAnInitAgainAsItsRestartPolicySays() throws Exception {
        try (TestHost host = new TestHost()) {
            JailId once = host.newId();
            JailId failing = host.newId();
            JailDefinition done = host.definition("done", "/bin/sh", "-c", "echo done; exit 0")
                    .with(new RestartPolicy(RestartPolicy.Mode.ON_FAILURE, OptionalInt.empty()));
            JailDefinition limited = host.definition("limited", "/bin/sh", "-c", "echo tried; exit 3")
                    .with(new RestartPolicy(RestartPolicy.Mode.ON_FAILURE, OptionalInt.of(2)));
            DesiredState wanted = new DesiredState(
                    1,
                    Map.of(
                            once, new DesiredJail.Present(once, 1, done),
                            failing, new DesiredJail.Present(failing, 1, limited)));
            Map<JailId, Report> ended = new HashMap<>();
            try (Reconciler reconciler = reconciler(host)) {
                reconciler.start(() -> wanted, reports::add);
                while (ended.size() < 2) {
                    Report report = await(Phase.STOPPED);
                    ended.put(report.jail(), report);
                }
            }
            assertThat(reasons(ended.get(once))).containsExactly("Completed");
            assertThat(reasons(ended.get(failing))).contains("RestartLimitReached");
            assertThat(host.logOf(once)).isEqualTo("done\n");
            assertThat(host.logOf(failing)).isEqualTo("tried\ntried\ntried\n");
            assertThat(host.kernel.observe()).isEmpty();

            host.restartAgent();
            reports.clear();
            try (Reconciler reconciler = reconciler(host)) {
                reconciler.start(() -> wanted, reports::add);
                await(Phase.STOPPED);
                await(Phase.STOPPED);
                DesiredState started = new DesiredState(
                        2,
                        Map.of(
                                once, new DesiredJail.Present(once, 2, done.started()),
                                failing, new DesiredJail.Present(failing, 1, limited)));
                reconciler.accept(StateChange.between(wanted, started));
                assertThat(await(Phase.STOPPED).jail()).isEqualTo(once);
            }
            assertThat(host.logOf(once)).isEqualTo("done\ndone\n");
            assertThat(host.logOf(failing)).isEqualTo("tried\ntried\ntried\n");
        }
    }

    private static List<String> reasons(@Nullable Report report) {
        return report == null
                ? List.of()
                : report.conditions().stream().map(Condition::reason).toList();
    }

    private static Reconciler reconciler(TestHost host) throws IOException {
        return Reconciler.on(
                host.kernel,
                HostFloor.NONE,
                new EndedRunFiles(host.layout.stateDirectory()),
                new LastEndFiles(host.layout.stateDirectory()),
                Clock.systemUTC());
    }

    /** The server does not know them: only their files stay. */
    @Test
    void unknownJailsThatAreKilledLeaveNeitherCgroupNorRuntimeDirectory() throws Exception {
        try (TestHost host = new TestHost()) {
            List<JailId> unknown = List.of(host.newId(), host.newId(), host.newId());
            List<Path> traces = new ArrayList<>();
            for (JailId id : unknown) {
                host.start(id, host.definition("unknown-" + id.value().hashCode(), "/bin/sleep", "100"));
                traces.add(host.cgroupOf(id));
                traces.add(host.layout.runtimeDirectory().resolve("jails").resolve(id.toString()));
            }
            assertThat(traces).allSatisfy(trace -> assertThat(trace).isDirectory());
            host.restartAgent();
            try (Reconciler reconciler = Reconciler.on(
                    host.kernel,
                    HostFloor.NONE,
                    new EndedRunFiles(host.layout.stateDirectory()),
                    new LastEndFiles(host.layout.stateDirectory()),
                    Clock.systemUTC())) {
                reconciler.start(() -> DesiredState.NONE, reports::add);
                for (ObservedJail jail : host.kernel.observe()) {
                    assertThat(jail.isRunning()).isTrue();
                    ProcessHandle.of(jail.initPid().orElseThrow()).orElseThrow().destroyForcibly();
                }
                await(Phase.REMOVED);
                await(Phase.REMOVED);
                await(Phase.REMOVED);
            }
            assertThat(traces).allSatisfy(trace -> assertThat(trace).doesNotExist());
        }
    }

    /** Without a server, the reconcile loop has only its clock. */
    @Test
    void endsAnOverrideByItselfAndGivesTheJailItsFilterBack() throws Exception {
        try (TestHost host = new TestHost()) {
            JailId id = host.newId();
            Instant until = Instant.now().plusSeconds(8);
            JailDefinition plain = host.definition(
                    "lapsing",
                    "/bin/sh",
                    "-c",
                    "trap 'exit 0' TERM; mkdir /made && echo allowed || echo refused; while :; do sleep 0.05 & wait; done");
            JailDefinition tightened = with(
                    plain,
                    new Policy(
                            Profile.HOSTING,
                            Stream.of("mkdir", "mkdirat")
                                    .map(call -> new PolicyOverride(
                                            call,
                                            new OverrideDecision.Deny("EPERM"),
                                            "nothing new for now",
                                            "ada",
                                            Optional.of(until)))
                                    .toList()));
            try (Reconciler reconciler = Reconciler.on(
                    host.kernel,
                    HostFloor.NONE,
                    new EndedRunFiles(host.layout.stateDirectory()),
                    new LastEndFiles(host.layout.stateDirectory()),
                    Clock.systemUTC())) {
                reconciler.start(() -> state(1, new DesiredJail.Present(id, 1, tightened)), reports::add);
                await(Phase.RUNNING);
                host.awaitLog(id, "refused");
                assertThat(Instant.now()).isBefore(until);

                assertThat(await(Phase.STOPPING).conditions())
                        .extracting(Condition::reason)
                        .containsExactly("OverrideExpired");
                assertThat(Instant.now()).isAfterOrEqualTo(until);
                assertThat(await(Phase.RUNNING).generation()).isOne();
                host.awaitLog(id, "allowed");
            }
        }
    }

    private static JailDefinition with(JailDefinition old, Policy policy) {
        return DefinitionVariant.of(old).policy(policy).definition();
    }

    private static DesiredState state(long revision, DesiredJail desired) {
        return new DesiredState(revision, Map.of(desired.id(), desired));
    }

    private Report await(Phase phase) throws InterruptedException {
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (true) {
            Report report = reports.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (report == null) {
                throw new AssertionError("never " + phase);
            }
            if (report.phase() == phase) {
                return report;
            }
        }
    }
}

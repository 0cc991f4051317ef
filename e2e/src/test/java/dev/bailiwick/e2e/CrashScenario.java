package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Checks what must hold after any program is killed with SIGKILL in the middle of changes and started again. */
final class CrashScenario {

    private static final long SEED = Long.getLong("bailiwick.seed", 1);
    private static final Duration MAX_CONVERGENCE = Duration.ofSeconds(10);

    private final Fleet fleet;

    CrashScenario(Fleet fleet) {
        this.fleet = fleet;
    }

    /** Kills a program in the middle of changes, and starts it again. */
    interface Crash {

        /** @return when the program was started again, by {@link System#nanoTime}; it accepts work again when this returns */
        long cause(ConcurrentChanges changes) throws Exception;
    }

    /** Kills the agent, which learns later of the changes that are acknowledged meanwhile. */
    Crash theAgent() {
        return changes -> {
            fleet.agent().kill();
            fleet.awaitDisconnected();
            changes.awaitAcknowledged(15);
            long started = System.nanoTime();
            fleet.agent().start();
            fleet.awaitConnected();
            return started;
        };
    }

    Crash theServer() {
        return changes -> {
            fleet.server().kill();
            changes.awaitFailure();
            long started = System.nanoTime();
            fleet.server().start();
            fleet.awaitReady();
            return started;
        };
    }

    /** Kills PostgreSQL, which its server starts again. */
    Crash postgres() {
        return changes -> {
            ProcessHandle killed = fleet.database().process();
            long started = System.nanoTime();
            killed.destroyForcibly();
            killed.onExit().join();
            fleet.awaitReady();
            changes.awaitAcknowledged(1);
            assertThat(fleet.database().process().pid()).isNotEqualTo(killed.pid());
            return started;
        };
    }

    /** Kills all programs, as if the host lost power, except for the kernel and its jails. */
    Crash allAtOnce() {
        return changes -> {
            ProcessHandle killed = fleet.database().process();
            killed.destroyForcibly();
            fleet.server().kill();
            fleet.agent().kill();
            killed.onExit().join();
            changes.awaitFailure();
            long started = System.nanoTime();
            fleet.server().start();
            fleet.agent().start();
            fleet.awaitReady();
            fleet.awaitConnected();
            return started;
        };
    }

    /**
     * @param start the time from the program's restart until it accepted work again
     * @param convergence the time from then until all jails were as defined
     */
    record Times(Duration start, Duration convergence) {

        /** Checks the times, which only {@code ./bench check} does, because other work on the machine increases them. */
        void requireAtMost(Duration maxStart) {
            assertThat(start).as("time from the restart until it was back").isLessThan(maxStart);
            assertThat(convergence).as("time from then until all converged").isLessThan(MAX_CONVERGENCE);
        }
    }

    Times losesNothing(String victim, Crash crash) throws Exception {
        System.out.println("Changes to replay: -Dbailiwick.seed=" + SEED);
        List<Jail> untouched =
                List.of(fleet.create(fleet.definition("steady", 30)), fleet.create(fleet.definition("sure", 31)));
        try (PageProbe probe = new PageProbe(untouched);
                ConcurrentChanges changes = new ConcurrentChanges(fleet, SEED)) {
            changes.begin();
            changes.awaitAcknowledged(30);
            long started = crash.cause(changes);
            Duration start = Duration.ofNanos(System.nanoTime() - started);
            changes.end();
            awaitConvergence();
            Duration convergence = Duration.ofNanos(System.nanoTime() - started);
            System.out.printf(
                    "%s killed after %d acknowledged changes (%d without an answer): back %d ms after its restart,"
                            + " all converged %d ms after it and %d ms after it was back; %d pages served meanwhile%n",
                    victim,
                    changes.acknowledged(),
                    changes.failed(),
                    start.toMillis(),
                    convergence.toMillis(),
                    convergence.minus(start).toMillis(),
                    probe.answers());
            assertThat(probe.silences())
                    .as("failed requests to a jail that nobody changed")
                    .isEmpty();
            assertThat(probe.answers()).isPositive();
            requireUntouched(untouched);
            requireAcknowledged(changes);
            requireNoAddressTwice();
            requireAudit(changes);
            requireKernelMatches();
            return new Times(start, convergence.minus(start));
        }
    }

    private void awaitConvergence() {
        await("all jails are as defined")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> fleet.operator().jails().stream().allMatch(Jail::isSettled));
    }

    private void requireUntouched(List<Jail> untouched) {
        for (Jail jail : untouched) {
            Jail now = fleet.operator().jail(jail.id()).orElseThrow();
            assertThat(now.initPid()).as("the init of " + jail.name()).isEqualTo(jail.initPid());
            assertThat(now.generation()).isEqualTo(jail.generation());
        }
    }

    private void requireAcknowledged(ConcurrentChanges changes) {
        Map<String, Jail> seen =
                fleet.operator().jails().stream().collect(Collectors.toMap(Jail::name, Function.identity()));
        assertThat(changes.jails()
                        .flatMap(jail -> jail.contradiction(Optional.ofNullable(seen.get(jail.name()))).stream()))
                .as("contradictions to acknowledged changes")
                .isEmpty();
    }

    private void requireNoAddressTwice() {
        assertThat(fleet.operator().jails().stream().map(Jail::address4)).doesNotHaveDuplicates();
    }

    private void requireAudit(ConcurrentChanges changes) throws IOException, SQLException {
        await("every event is sealed")
                .atMost(Duration.ofSeconds(60))
                .until(() -> fleet.database().unsealedEvents() == 0);
        assertThat(fleet.database().auditedSubjects())
                .as("subjects of audit events")
                .containsAll(changes.jails()
                        .flatMap(jail -> jail.id().stream())
                        .map(UUID::toString)
                        .toList());
        assertThat(fleet.database().brokenAuditEvents())
                .as("events missing or changed")
                .isZero();
    }

    private void requireKernelMatches() throws IOException {
        Set<String> cgroups = new TreeSet<>();
        for (Jail jail : fleet.operator().jails()) {
            if (jail.wanted().equals("running")) {
                cgroups.add(HostLeftovers.cgroupOf(jail.initPid()));
                assertThat(Files.readString(Path.of("/proc", Integer.toString(jail.initPid()), "environ"))
                                .split("\0"))
                        .as("the environment of the init of " + jail.name())
                        .contains("WHO=" + jail.environment().get("WHO"));
            }
        }
        // The kernel removes links a moment after their jails.
        await("each running jail has a link, and no other")
                .atMost(Duration.ofSeconds(60))
                .until(() -> HostLeftovers.of(fleet.partition()).links().size() == cgroups.size());
        HostLeftovers leftovers = HostLeftovers.of(fleet.partition());
        assertThat(leftovers.cgroups()).isEqualTo(cgroups);
        assertThat(leftovers.routes()).hasSameSizeAs(cgroups);
        assertThat(leftovers.processes()).hasSameSizeAs(cgroups);
    }
}

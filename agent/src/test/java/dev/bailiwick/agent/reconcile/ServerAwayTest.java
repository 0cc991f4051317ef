package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.withOverride;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.reconcile.plan.Fingerprint;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServerAwayTest {

    @Test
    void startsWhatWasStoredWithoutAServer() {
        SimulatedHost host = SimulatedHost.startedWith(state(7, kept(1), kept(2)));

        assertThat(host.phases(id(1))).containsExactly(Phase.STARTING, Phase.RUNNING);
        assertThat(host.last(id(1)).steps()).extracting("name").containsExactly("clone3", "exec");
        assertThat(host.kernel.isRunning(id(2))).isTrue();
    }

    @Test
    void endsAnOverrideInTimeWithoutAServer() {
        SimulatedHost host = new SimulatedHost();
        Instant until = host.clock.instant().plus(Duration.ofHours(1));
        JailDefinition loosened = withOverride(definition(1), "debugging", Optional.of(until));
        host.reconciler.start(() -> state(7, kept(1, 3, loosened)), host.reports::add);
        host.pass(Duration.ofMinutes(59));
        assertThat(fingerprint(host)).isEqualTo(Fingerprint.of(loosened));

        host.pass(Duration.ofMinutes(1));

        assertThat(fingerprint(host)).isEqualTo(Fingerprint.of(definition(1)));
        assertThat(host.reports)
                .anySatisfy(report -> assertThat(report.conditions())
                        .anySatisfy(condition -> assertThat(condition.reason()).isEqualTo("OverrideExpired")));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).generation()).isEqualTo(3);
    }

    @Test
    void restartsWithoutAServer() {
        SimulatedHost host = SimulatedHost.startedWith(state(7, kept(1)));
        int pid = host.last(id(1)).initPid().orElseThrow();
        host.kernel.ignoreTerminate(id(1));

        host.accept(state(8, kept(1, 2, definition(1).withIncarnation(1))));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPING);
        host.pass(StopMethod.DEFAULT.timeout());

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).generation()).isEqualTo(2);
        assertThat(host.last(id(1)).initPid().orElseThrow()).isNotEqualTo(pid);
    }

    @Test
    void saysNothingWhereNothingIsNew() {
        SimulatedHost host = SimulatedHost.startedWith(state(7, kept(1)));
        host.reports.clear();

        host.accept(state(8, kept(1)));
        host.pass(Duration.ofMinutes(5));

        assertThat(host.reports).isEmpty();
    }

    private static String fingerprint(SimulatedHost host) {
        return host.kernel.jail(id(1)).orElseThrow().fingerprint();
    }
}

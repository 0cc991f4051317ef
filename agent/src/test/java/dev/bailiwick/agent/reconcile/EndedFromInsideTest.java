package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.withOverride;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Root in a jail reboots it or switches it off. */
class EndedFromInsideTest {

    private final SimulatedHost host = SimulatedHost.startedWith(state(1, kept(1)));

    @Test
    void startsAtOnceAfterEveryReboot() {
        for (int i = 1; i <= 5; i++) {
            host.pass(Duration.ofSeconds(30));
            end(new Ending.Rebooted());

            assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
            assertThat(host.last(id(1)).restarts()).isEqualTo(i);
        }
        assertThat(host.reasons(id(1))).containsExactly("Rebooted");
        assertThat(host.last(id(1)).conditions().getFirst().message())
                .isEqualTo("init rebooted the jail after 30.0 s; is started again at once");
    }

    @Test
    void countsAJailThatRebootsWithinSecondsAsACrashLoop() {
        end(new Ending.Rebooted());
        end(new Ending.Rebooted());

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.BACKING_OFF);
        host.pass(Duration.ofSeconds(1));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void doesNotCountARebootAmongCrashes() {
        end(new Ending.Exited(1));
        host.pass(Duration.ofSeconds(30));
        end(new Ending.Rebooted());
        host.pass(Duration.ofSeconds(2));

        end(new Ending.Exited(1));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.BACKING_OFF);
        host.pass(Duration.ofSeconds(1));
        assertThat(host.last(id(1)).phase())
                .as("the second crash, not the third")
                .isEqualTo(Phase.RUNNING);
    }

    @Test
    void restsOnceItWasSwitchedOff() {
        host.pass(Duration.ofSeconds(30));
        end(new Ending.Halted());
        host.pass(Duration.ofHours(1));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.last(id(1)).restarts()).isZero();
        assertThat(host.reasons(id(1))).containsExactly("HaltedItself");
        assertThat(host.kernel.jail(id(1))).as("nothing is held for it").isEmpty();
    }

    @Test
    void startsAgainWithTheNextGeneration() {
        end(new Ending.Halted());

        host.accept(state(2, kept(1, 2, definition(1))));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).conditions()).isEmpty();
    }

    /** The end of an override changes how the jail would run, but does not ask for it to run. */
    @Test
    void restsOnWhenAnOverrideExpires() {
        Instant until = host.clock.instant().plusSeconds(90);
        host.accept(state(2, kept(1, 2, withOverride(definition(1), "debugging", Optional.of(until)))));
        end(new Ending.Halted());

        host.pass(Duration.ofMinutes(3));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.reasons(id(1))).containsExactly("HaltedItself");
    }

    private void end(Ending ending) {
        host.kernel.end(id(1), ending);
        host.workers.work();
    }
}

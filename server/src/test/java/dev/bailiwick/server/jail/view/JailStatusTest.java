package dev.bailiwick.server.jail.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class JailStatusTest {

    @Test
    void aRunningJailThatLacksSomethingIsNotShownAsOneThatMerelyRuns() {
        assertThat(shown(Phase.RUNNING, Condition.BASE_GONE)).isEqualTo("damaged");
        assertThat(shown(Phase.RUNNING, Condition.DAMAGED)).isEqualTo("damaged");
        assertThat(shown(Phase.RUNNING, "Mended")).isEqualTo("running");
        assertThat(shown(Phase.STOPPING, Condition.DAMAGED)).isEqualTo("stopping");
    }

    private static String shown(Phase phase, String reason) {
        return new JailStatus(
                        Optional.of(phase),
                        1,
                        1,
                        Optional.empty(),
                        OptionalInt.empty(),
                        0,
                        List.of(new Condition(reason, "what it lacks", Instant.EPOCH)),
                        List.of(),
                        Optional.empty())
                .shownState();
    }
}

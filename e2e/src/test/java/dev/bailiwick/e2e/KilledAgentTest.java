package dev.bailiwick.e2e;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** After the agent dies, the server still accepts changes, and jails keep running. */
@OnFleet
class KilledAgentTest {

    @Test
    void nothingAcknowledgedIsLostWithTheAgent(Fleet fleet) throws Exception {
        CrashScenario scenario = new CrashScenario(fleet);
        scenario.losesNothing("The agent", scenario.theAgent());
    }

    @Test
    @Tag("performance")
    void isBackInTime(Fleet fleet) throws Exception {
        CrashScenario scenario = new CrashScenario(fleet);
        scenario.losesNothing("The agent", scenario.theAgent()).requireAtMost(Duration.ofSeconds(10));
    }
}

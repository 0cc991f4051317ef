package dev.bailiwick.e2e;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The agent dies: changes go on being accepted, and jails go on running. */
@OnFleet
class KilledAgentTest {

    @Test
    void nothingAcknowledgedIsLostWithTheAgent(Fleet fleet) throws Exception {
        Killing killing = new Killing(fleet);
        killing.losesNothing("The agent", killing.theAgent());
    }

    @Test
    @Tag("performance")
    void isBackInTime(Fleet fleet) throws Exception {
        Killing killing = new Killing(fleet);
        killing.losesNothing("The agent", killing.theAgent()).requireAtMost(Duration.ofSeconds(10));
    }
}

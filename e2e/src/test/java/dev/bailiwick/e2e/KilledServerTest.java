package dev.bailiwick.e2e;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The server dies: jails go on running, and the agent finds the next server by itself. */
@OnFleet
class KilledServerTest {

    @Test
    void nothingAcknowledgedIsLostWithTheServer(Fleet fleet) throws Exception {
        Killing killing = new Killing(fleet);
        killing.losesNothing("The server", killing.theServer());
    }

    @Test
    @Tag("performance")
    void isBackInTime(Fleet fleet) throws Exception {
        Killing killing = new Killing(fleet);
        killing.losesNothing("The server", killing.theServer()).requireAtMost(Duration.ofSeconds(90));
    }
}

package dev.bailiwick.e2e;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The agent dies: changes go on being accepted, and jails go on running. */
@OnFleet
class KilledAgentTest {

    @Test
    void nothingAcknowledgedIsLostWithTheAgent(Fleet fleet) throws Exception {
        new Killing(fleet).losesNothing("The agent", Duration.ofSeconds(10), storm -> {
            fleet.agent().kill();
            fleet.awaitDisconnected();
            storm.awaitAcknowledged(15);
            long started = System.nanoTime();
            fleet.agent().start();
            fleet.awaitConnected();
            return started;
        });
    }
}

package dev.bailiwick.e2e;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The server dies: jails go on running, and the agent finds the next server by itself. */
@OnFleet
class KilledServerTest {

    @Test
    void nothingAcknowledgedIsLostWithTheServer(Fleet fleet) throws Exception {
        new Killing(fleet).losesNothing("The server", Duration.ofSeconds(90), storm -> {
            fleet.server().kill();
            storm.awaitFailure();
            long started = System.nanoTime();
            fleet.server().start();
            fleet.awaitReady();
            return started;
        });
    }
}

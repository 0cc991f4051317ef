package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** PostgreSQL dies under its server, which starts it again by itself. */
@OnFleet
class KilledPostgresTest {

    @Test
    void nothingAcknowledgedIsLostWithPostgres(Fleet fleet) throws Exception {
        new Killing(fleet).losesNothing("PostgreSQL", Duration.ofSeconds(10), storm -> {
            ProcessHandle killed = fleet.postgres();
            long started = System.nanoTime();
            killed.destroyForcibly();
            killed.onExit().join();
            fleet.awaitReady();
            storm.awaitAcknowledged(1);
            assertThat(fleet.postgres().pid()).isNotEqualTo(killed.pid());
            return started;
        });
    }
}

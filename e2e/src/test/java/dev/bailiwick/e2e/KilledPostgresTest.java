package dev.bailiwick.e2e;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** PostgreSQL dies under its server, which starts it again by itself. */
@OnFleet
class KilledPostgresTest {

    @Test
    void nothingAcknowledgedIsLostWithPostgres(Fleet fleet) throws Exception {
        Killing killing = new Killing(fleet);
        killing.losesNothing("PostgreSQL", Duration.ofSeconds(10), killing.postgres());
    }
}

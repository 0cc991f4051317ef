package dev.bailiwick.e2e;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** After PostgreSQL dies, its server starts it again. */
@OnFleet
class KilledPostgresTest {

    @Test
    void nothingAcknowledgedIsLostWithPostgres(Fleet fleet) throws Exception {
        CrashScenario scenario = new CrashScenario(fleet);
        scenario.losesNothing("PostgreSQL", scenario.postgres());
    }

    @Test
    @Tag("performance")
    void isBackInTime(Fleet fleet) throws Exception {
        CrashScenario scenario = new CrashScenario(fleet);
        scenario.losesNothing("PostgreSQL", scenario.postgres()).requireAtMost(Duration.ofSeconds(10));
    }
}

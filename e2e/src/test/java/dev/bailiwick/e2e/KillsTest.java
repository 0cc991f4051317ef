package dev.bailiwick.e2e;

import org.junit.jupiter.api.Test;

/** Everything dies at once, under load. In a long run, each program dies thirty times in turn. */
@OnFleet
class KillsTest {

    private static final int ROUNDS = Boolean.getBoolean("bailiwick.long") ? 30 : 1;

    @Test
    void nothingAcknowledgedIsLostHoweverOftenAndWhateverIsKilled(Fleet fleet) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            CrashScenario scenario = new CrashScenario(fleet);
            switch (round % 4) {
                case 0 -> scenario.losesNothing("All at once", scenario.allAtOnce());
                case 1 -> scenario.losesNothing("The agent", scenario.theAgent());
                case 2 -> scenario.losesNothing("The server", scenario.theServer());
                default -> scenario.losesNothing("PostgreSQL", scenario.postgres());
            }
            fleet.retireAll();
        }
    }
}

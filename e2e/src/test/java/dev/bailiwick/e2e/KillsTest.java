package dev.bailiwick.e2e;

import org.junit.jupiter.api.Test;

/** Everything dies at once, under load. In a long run, each program dies thirty times in turn. */
@OnFleet
class KillsTest {

    private static final int ROUNDS = Boolean.getBoolean("bailiwick.long") ? 30 : 1;

    @Test
    void nothingAcknowledgedIsLostHoweverOftenAndWhateverIsKilled(Fleet fleet) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Killing killing = new Killing(fleet);
            switch (round % 4) {
                case 0 -> killing.losesNothing("All at once", killing.allAtOnce());
                case 1 -> killing.losesNothing("The agent", killing.theAgent());
                case 2 -> killing.losesNothing("The server", killing.theServer());
                default -> killing.losesNothing("PostgreSQL", killing.postgres());
            }
            fleet.retireAll();
        }
    }
}

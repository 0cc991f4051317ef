package dev.bailiwick.agent.kernel.linux.denial;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FairSharesTest {

    private final FairShares shares = new FairShares();

    @Test
    void hearsAllWholeWhileThereIsRoom() {
        for (int range = 1; range <= 1_000; range++) {
            count(range, 2);
        }
        assertThat(shares.endTurn()).isFalse();
        assertThat(shares.sampled()).isEmpty();
    }

    @Test
    void hearsOfTheLoudASampleThatFitsAndOfTheQuietAll() {
        count(1, 100_000);
        count(2, 30_000);
        count(3, 500);
        count(4, 1);
        assertThat(shares.endTurn()).isTrue();
        assertThat(shares.sampled()).containsOnlyKeys(1, 2);
        assertThat(100_000 >> shares.sampled().getOrDefault(1, 0)).isBetween(300, 750);
        assertThat(30_000 >> shares.sampled().getOrDefault(2, 0)).isBetween(300, 750);
        assertThat(shares.isSampled(1)).isTrue();
        assertThat(shares.isSampled(3)).isFalse();
    }

    @Test
    void keepsToTheSampleWhileTheFloodGoesOn() {
        count(1, 64_000);
        shares.endTurn();
        int exponent = shares.sampled().getOrDefault(1, 0);
        for (int turn = 0; turn < 20; turn++) {
            count(1, 64_000 >> exponent);
            count(2, 10);
            assertThat(shares.endTurn()).isFalse();
        }
        assertThat(shares.sampled()).containsOnlyKeys(1);
    }

    @Test
    void hearsAllAgainSomeTurnsAfterTheFlood() {
        count(1, 100_000);
        shares.endTurn();
        int turns = 0;
        while (!shares.sampled().isEmpty()) {
            shares.endTurn();
            turns++;
        }
        assertThat(turns).isBetween(10, 60);
    }

    @Test
    void staysBoundedHoweverManyAreLoud() {
        for (int range = 0; range < 10_000; range++) {
            count(range, 50 + range % 7);
        }
        shares.endTurn();
        assertThat(shares.sampled()).hasSize(FairShares.MAX_SAMPLED);
        assertThat(AuditFilter.of(0, 1, shares.sampled())).hasSizeLessThan(4096);
    }

    private void count(int range, int records) {
        for (int i = 0; i < records; i++) {
            shares.count(range);
        }
    }
}

package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MomentTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "0, just now",
        "4, just now",
        "5, 5 seconds ago",
        "59, 59 seconds ago",
        "60, 1 minute ago",
        "89, 1 minute ago",
        "90, 2 minutes ago",
        "3569, 59 minutes ago",
        "3599, 1 hour ago",
        "3600, 1 hour ago",
        "84599, 23 hours ago",
        "86399, 1 day ago",
        "86400, 1 day ago",
        "8640000, 100 days ago",
        "-89, in 1 minute",
        "-7775999, in 90 days"
    })
    void tellsHowFarATimeLies(long secondsAgo, String words) {
        assertThat(Moment.of(NOW.minusSeconds(secondsAgo), NOW).words()).isEqualTo(words);
    }

    @Test
    void tellsTheExactTimeToo() {
        Moment moment = Moment.of(Instant.parse("2026-03-01T08:05:09.123456Z"), NOW);
        assertThat(moment.exact()).isEqualTo("1 March 2026, 08:05:09 UTC");
        assertThat(moment.iso()).isEqualTo("2026-03-01T08:05:09Z");
    }

    @Test
    void isTheSameHoweverLateItIsShown() {
        assertThat(Moment.of(NOW, NOW)).isEqualTo(Moment.of(NOW, NOW.plusSeconds(600)));
        assertThat(Moment.of(NOW, NOW)).isNotEqualTo(Moment.of(NOW.plusMillis(1), NOW));
    }
}

package dev.bailiwick.jail.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeTextTest {

    @Test
    void writesDurationsInSeconds() {
        assertThat(TimeText.duration(Duration.ofSeconds(8))).isEqualTo("8 seconds");
        assertThat(TimeText.duration(Duration.ofSeconds(1))).isEqualTo("1 second");
        assertThat(TimeText.duration(Duration.ofMillis(1_500))).isEqualTo("1.5 seconds");
        assertThat(TimeText.duration(Duration.ofSeconds(100))).isEqualTo("100 seconds");
        assertThat(TimeText.duration(Duration.ZERO)).isEqualTo("0 seconds");
    }
}

package dev.bailiwick.jail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BitRateTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0bit/s",
        "64000, 64000, 64kbit/s",
        "100M, 100000000, 100Mbit/s",
        "100 mbit/s, 100000000, 100Mbit/s",
        "1.5Gbit, 1500000000, 1500Mbit/s",
        "100G, 100000000000, 100Gbit/s",
        "64001bit/s, 64001, 64001bit/s",
        "0.0001k, 0, 0bit/s",
        "2000G, 2000000000000, 2000Gbit/s"
    })
    void isReadAndWritten(String written, long bits, String text) {
        assertThat(BitRate.parse(written)).isEqualTo(bits);
        assertThat(BitRate.text(bits)).isEqualTo(text);
        assertThat(BitRate.parse(text)).isEqualTo(bits);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1MiB", "1MB", "1Mb/s", "fast", "1e6", "1T", "99999999999999G"})
    void refusesWhatIsNoRate(String written) {
        assertThatThrownBy(() -> BitRate.parse(written)).isInstanceOf(InvalidValue.class);
    }
}

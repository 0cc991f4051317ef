package dev.bailiwick.jail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import java.math.RoundingMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({"536870912,536870912", "512MiB,536870912", "4 GiB,4294967296", "1TiB,1099511627776", "7B,7", "0,0"})
    void readsBytesAndBinaryUnits(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
        assertThat(ByteSize.parse(ByteSize.text(bytes))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "512M,536870912",
        "512m,536870912",
        "512Mi,536870912",
        "512mib,536870912",
        "1g,1073741824",
        "0.5G,536870912",
        "1.5GiB,1610612736",
        "64k,65536",
        "2T,2199023255552",
        "0.3K,307"
    })
    void takesAllUnitsForPowersOf1024(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"536870912,512MiB", "1536,1536", "2048,2KiB", "0,0"})
    void writesTheShortestExactForm(long bytes, String text) {
        assertThat(ByteSize.text(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "512MB", "-1", ".5G", "1.G", "1,5G", "1e3", "M", "many", "9000000TiB0", "99999999999TiB"})
    void refusesOtherForms(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 B,0 B",
        "1023,1023 B,1023 B",
        "1024,1 KiB,1 KiB",
        "1610612736,1.5 GiB,1.5 GiB",
        "1099612291072,1 TiB,1.1 TiB",
        "9223372036854775807,8388607.9 TiB,8388608 TiB"
    })
    void writesSizesForPeople(long bytes, String down, String up) {
        assertThat(ByteSize.rounded(bytes, RoundingMode.DOWN)).isEqualTo(down);
        assertThat(ByteSize.rounded(bytes, RoundingMode.UP)).isEqualTo(up);
    }
}

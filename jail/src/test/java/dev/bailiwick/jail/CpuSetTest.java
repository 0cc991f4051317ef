package dev.bailiwick.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CpuSetTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0 | 0", "8, 0-3 | 0-3,8", "1,0,2 | 0-2", "3-3 | 3", "0-1,1-4 | 0-4", "8191 | 8191"})
    void isWrittenAsByTheKernel(String written, String text) {
        assertThat(new CpuSet(written).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1-", "3-1", "a", "0,,1", "8192", "0-8192", "0x1", "0-1:1/2", "all"})
    void refusesWhatIsNoSetOfCpus(String written) {
        assertThatThrownBy(() -> new CpuSet(written)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void namesThoseThatAnotherSetLacks() {
        assertThat(new CpuSet("0-3,8").without(new CpuSet("0-1,9"))).isEqualTo(new CpuSet("2-3,8"));
        assertThat(new CpuSet("1").without(new CpuSet("0-1")).isAll()).isTrue();
    }
}

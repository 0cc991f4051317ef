package dev.bailiwick.jail.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import org.junit.jupiter.api.Test;

class StopMethodTest {

    @Test
    void readsTheNamesOfSignals() {
        for (StopSignal signal : StopSignal.values()) {
            assertThat(StopSignal.parse(signal.text())).isEqualTo(signal);
            assertThat(StopSignal.parse("sig" + signal.text())).isEqualTo(signal);
        }
        assertThat(StopSignal.QUIT).hasToString("SIGQUIT");
    }

    @Test
    void namesTheSignalsThatThereAre() {
        for (String wrong : new String[] {"KILL", "STOP", "3", "QUIT,TERM", ""}) {
            assertThatThrownBy(() -> StopSignal.parse(wrong))
                    .as(wrong)
                    .isInstanceOf(InvalidValue.class)
                    .hasMessageEndingWith("must be one of HUP, INT, QUIT, USR1, USR2, TERM, WINCH, PWR, RTMIN+3");
        }
    }

    @Test
    void boundsTheTimeout() {
        assertThat(new StopMethod(StopSignal.TERM, 1).timeout()).hasSeconds(1);
        assertThat(new StopMethod(StopSignal.TERM, 3600).timeout()).hasSeconds(3600);
        for (int wrong : new int[] {0, -1, 3601}) {
            assertThatThrownBy(() -> new StopMethod(StopSignal.TERM, wrong))
                    .isInstanceOf(InvalidValue.class)
                    .hasMessageEndingWith("must be 1 to 3,600 seconds");
        }
    }
}

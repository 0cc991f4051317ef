package dev.bailiwick.jail.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.process.RestartPolicy.Mode;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {

    @Test
    void readsItsModes() {
        for (Mode mode : Mode.values()) {
            assertThat(Mode.parse(mode.text())).isEqualTo(mode);
        }
        assertThatThrownBy(() -> Mode.parse("unless-stopped"))
                .isInstanceOf(InvalidValue.class)
                .hasMessageEndingWith("must be 'always', 'on-failure' or 'never'");
    }

    @Test
    void boundsTheLimit() {
        assertThat(new RestartPolicy(Mode.ALWAYS, OptionalInt.of(1)).limit()).hasValue(1);
        assertThat(new RestartPolicy(Mode.ON_FAILURE, OptionalInt.of(1000)).limit())
                .hasValue(1000);
        for (int wrong : new int[] {0, -1, 1001}) {
            assertThatThrownBy(() -> new RestartPolicy(Mode.ALWAYS, OptionalInt.of(wrong)))
                    .isInstanceOf(InvalidValue.class)
                    .hasMessageEndingWith("must be 1 to 1,000 restarts");
        }
        assertThatThrownBy(() -> new RestartPolicy(Mode.NEVER, OptionalInt.of(1)))
                .hasMessageContaining("has no meaning where restartPolicy is 'never'");
    }
}

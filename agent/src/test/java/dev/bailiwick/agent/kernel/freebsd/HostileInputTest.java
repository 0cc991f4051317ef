package dev.bailiwick.agent.kernel.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.Mutations;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The agent reads its notes about a jail as it wrote them, or rejects them with its own message. */
class HostileInputTest {

    @Test
    void readsNoHalfMark() {
        JailMark valid = new JailMark(7, 3, "a1b2c3d4e5f60718", 4711, 1795486238000L, 1795486238815L);
        Mutations.tryOn(
                "JAIL_MARK",
                input -> {
                    try {
                        JailMark mark = JailMark.parse(new String(input, StandardCharsets.UTF_8));
                        assertThat(JailMark.parse(mark.text())).isEqualTo(mark);
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessageContaining("a mark that this agent cannot read");
                    }
                },
                valid.text().getBytes(StandardCharsets.UTF_8));
    }
}

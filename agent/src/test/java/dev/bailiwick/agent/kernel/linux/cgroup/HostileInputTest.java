package dev.bailiwick.agent.kernel.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.Mutations;
import dev.bailiwick.jail.JailId;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The agent reads any bytes in a cgroup's mark as a value, or rejects them as unreadable. */
class HostileInputTest {

    private static final JailId JAIL = JailId.parse("5f0c7e2a-7a52-4ad8-8f0c-0d6f3c1f9a10");

    @Test
    void readsAMarkOrRejectsIt() {
        Mutations.tryOn(
                "CGROUP_MARK",
                HostileInputTest::readMark,
                new JailMark(JAIL, 3, "a1b2c3d4e5f60718", 4711, 1234567L, 1795486238815L)
                        .text()
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static void readMark(byte[] input) {
        try {
            JailMark mark = JailMark.parse(new String(input, StandardCharsets.US_ASCII));
            assertThat(JailMark.parse(mark.text())).isEqualTo(mark);
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("a mark that this agent cannot read");
        }
    }
}

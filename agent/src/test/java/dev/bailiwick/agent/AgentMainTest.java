package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentMainTest {

    @TempDir
    private Path state;

    @Test
    void tellsItsVersion() {
        assertThat(AgentMain.execute("--version")).isZero();
    }

    @Test
    void refusesToRunOnAHostThatHasNotJoined() {
        assertThat(AgentMain.execute("run", "--state", state.toString())).isEqualTo(1);
    }

    @Test
    void refusesAWrongConfigurationAsWrongUsage() {
        assertThat(AgentMain.execute("run", "--state", state.toString(), "--cgroup", "../escape"))
                .isEqualTo(2);
        assertThat(AgentMain.execute("join", "--state", state.toString())).isEqualTo(2);
        assertThat(AgentMain.execute("join", "--state", state.toString(), "--server", "127.0.0.1", "--token", "bwj_x"))
                .isEqualTo(2);
    }

    @Test
    void refusesToRunBesideAnotherAgent() throws Exception {
        try (AgentLock lock = AgentLock.take(state).orElseThrow()) {
            assertThat(lock.lock().isValid()).isTrue();
        }
        assertThat(AgentLock.take(state)).as("free again").isPresent();
    }
}

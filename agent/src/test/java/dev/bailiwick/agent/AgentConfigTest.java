package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.Risk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentConfigTest {

    @TempDir
    private Path directory;

    @Test
    void hasDefaultsForEverything() throws IOException {
        HostLayout layout = AgentConfig.read(file(""), Map.of()).layout();

        assertThat(layout.rootBase()).hasToString("/var/lib/bailiwick/jails");
        assertThat(layout.cgroupName()).isEqualTo("bailiwick");
        assertThat(layout.firstHostId() + (long) layout.hostIdRanges() * HostLayout.RANGE_WIDTH)
                .as("no id above 2^31, where some file systems and tools go wrong")
                .isLessThanOrEqualTo(1L << 31);
    }

    @Test
    void prefersTheCommandLineToTheFile() throws IOException {
        Path file = file("cgroup=from-file\nroot-base=/srv/jails\n");

        HostLayout layout =
                AgentConfig.read(file, Map.of(ConfigKey.CGROUP, "from-line")).layout();

        assertThat(layout.cgroupName()).isEqualTo("from-line");
        assertThat(layout.rootBase()).hasToString("/srv/jails");
    }

    @Test
    void offersMetricsOnlyIfAPortIsGiven() throws IOException {
        assertThat(AgentConfig.read(file(""), Map.of()).metricsPort()).isEmpty();
        assertThat(AgentConfig.read(file("metrics-port=9465\n"), Map.of()).metricsPort())
                .hasValue(9465);
        for (String wrong : List.of("65536", "-1", "x")) {
            assertThatThrownBy(() -> AgentConfig.read(file(""), Map.of(ConfigKey.METRICS_PORT, wrong)))
                    .isInstanceOf(InvalidConfig.class)
                    .hasMessageContaining("'metrics-port' is '" + wrong + "' on the command line");
        }
    }

    @Test
    void makesRelativeDirectoriesAbsolute() throws IOException {
        HostLayout layout = AgentConfig.read(file(""), Map.of(ConfigKey.STATE_DIRECTORY, ".run/agent"))
                .layout();

        assertThat(layout.stateDirectory()).isAbsolute();
    }

    @Test
    void namesAKeyThatItDoesNotKnow() throws IOException {
        Path file = file("root_base=/srv\n");

        assertThatThrownBy(() -> AgentConfig.read(file, Map.of()))
                .isInstanceOf(InvalidConfig.class)
                .hasMessage("Unknown key 'root_base' in " + file);
    }

    @Test
    void namesTheKeyOfAWrongNumberAndWhereItIs() throws IOException {
        Path file = file("first-host-id=many\n");

        assertThatThrownBy(() -> AgentConfig.read(file, Map.of()))
                .hasMessage("'first-host-id' is 'many' in " + file + "; it must be a whole number");
        assertThatThrownBy(() -> AgentConfig.read(file, Map.of(ConfigKey.FIRST_HOST_ID, "100000")))
                .hasMessageContaining("'first-host-id' must be a multiple of 65536");
        assertThatThrownBy(() -> AgentConfig.read(
                        file, Map.of(ConfigKey.FIRST_HOST_ID, "4294836224", ConfigKey.HOST_ID_RANGES, "99999999999")))
                .hasMessageContaining("'host-id-ranges' must be 1 to 1 where 'first-host-id' is 4294836224");
    }

    @Test
    void namesTheKeyOfADirectoryThatNoServerShows() throws IOException {
        Path file = file("");

        assertThatThrownBy(() -> AgentConfig.read(file, Map.of(ConfigKey.ROOT_BASE, "/srv/\u202ejails")))
                .isInstanceOf(InvalidConfig.class)
                .hasMessageContaining("'root-base' must not contain the character U+202E");
    }

    @Test
    void readsWhatTheHostAddsToTheFloor() throws IOException {
        assertThat(AgentConfig.read(file(""), Map.of()).floor().calls()).isEmpty();
        assertThat(AgentConfig.read(file("floor = ptrace, keyctl\n"), Map.of())
                        .floor()
                        .calls())
                .containsExactly("keyctl", "ptrace");
        assertThatThrownBy(() ->
                        AgentConfig.read(directory.resolve("agent.properties"), Map.of(ConfigKey.FLOOR, "ptarce")))
                .isInstanceOf(InvalidConfig.class)
                .hasMessage(
                        "'floor' is 'ptarce' on the command line; it contains a name that is not a known system call; is"
                                + " ptrace meant?");
    }

    @Test
    void readsWhichRisksTheOperatorAccepts() throws IOException {
        assertThat(AgentConfig.read(file(""), Map.of()).accepted()).isEmpty();
        assertThat(AgentConfig.read(file("accept = core-socket\n"), Map.of()).accepted())
                .containsExactly(Risk.CORE_SOCKET);
        assertThatThrownBy(
                        () -> AgentConfig.read(directory.resolve("agent.properties"), Map.of(ConfigKey.ACCEPT, "all")))
                .isInstanceOf(InvalidConfig.class)
                .hasMessage(
                        "'accept' is 'all' on the command line; it contains a name that is none of the risks core-socket, unbounded-system");
    }

    @Test
    void namesAFileThatIsNotThere() {
        assertThatThrownBy(() -> AgentConfig.read(directory.resolve("absent"), Map.of()))
                .isInstanceOf(InvalidConfig.class)
                .hasMessageContaining("absent");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("agent.properties"), content);
    }
}

package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentMainTest {

    @TempDir
    private Path state;

    @Test
    void tellsItsVersionAndHowItIsCalled() throws Exception {
        assertThat(AgentMain.execute("--version")).isZero();
        assertThat(AgentMain.execute("join", "--help")).isZero();
    }

    @Test
    void refusesToRunOnAHostThatHasNotJoined() throws Exception {
        assertThat(AgentMain.execute("run", "--state", state.toString())).isEqualTo(1);
    }

    @Test
    void refusesAWrongConfigurationAsWrongUsage() throws Exception {
        assertThat(AgentMain.execute("run", "--state", state.toString(), "--cgroup", "../escape"))
                .isEqualTo(2);
        assertThat(AgentMain.execute("join", "--state", state.toString())).isEqualTo(2);
        assertThat(AgentMain.execute("join", "--state", state.toString(), "--server", "127.0.0.1", "--token", "bwj_x"))
                .isEqualTo(2);
    }

    @Test
    void readsTheTokenToJoinWithFromStandardInput() throws Exception {
        String token = "bwj_" + "a".repeat(43) + "." + "0".repeat(64);
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String server = "127.0.0.1:" + nobody.getLocalPort();
            nobody.close();
            assertThat(joinWith("", server)).as("no token").isEqualTo(2);
            assertThat(joinWith("bwj_x\n", server)).as("half a token").isEqualTo(2);
            assertThat(joinWith(token + "\n", server))
                    .as("a token, but no server")
                    .isEqualTo(1);
        }
    }

    private int joinWith(String input, String server) throws Exception {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return AgentMain.execute("join", "--state", state.toString(), "--server", server);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void refusesWhatItCanNotUnderstandAsWrongUsage() throws Exception {
        assertThat(AgentMain.execute()).isEqualTo(2);
        assertThat(AgentMain.execute("walk")).isEqualTo(2);
        assertThat(AgentMain.execute("run", "--state")).isEqualTo(2);
        assertThat(AgentMain.execute("run", "--stat", state.toString())).isEqualTo(2);
        assertThat(AgentMain.execute("run", "--cgroup=a", "--cgroup=b")).isEqualTo(2);
        assertThat(AgentMain.execute("jails", "--token", "bwj_x")).isEqualTo(2);
        assertThat(AgentMain.execute("jails", "--jail", UUID.randomUUID().toString()))
                .isEqualTo(2);
        assertThat(AgentMain.execute("samples", "--state", state.toString())).isEqualTo(2);
        assertThat(AgentMain.execute("samples", "--state", state.toString(), "--jail", "web"))
                .isEqualTo(2);
    }

    @Test
    void saysThatThereAreNoSamplesOfAJail() throws Exception {
        assertThat(AgentMain.execute(
                        "samples",
                        "--state",
                        state.toString(),
                        "--jail",
                        UUID.randomUUID().toString()))
                .isEqualTo(1);
    }

    @Test
    void takesAValueInEitherForm() {
        assertThat(CommandLine.parse(List.of("run", "--state", state.toString(), "--cgroup=jails=a")))
                .isEqualTo(new CommandLine(
                        CommandLine.Command.RUN,
                        Map.of(CommandLine.Option.STATE, state.toString(), CommandLine.Option.CGROUP, "jails=a")));
    }

    @Test
    void refusesToRunBesideAnotherAgent() throws Exception {
        try (AgentLock lock = AgentLock.take(state).orElseThrow()) {
            assertThat(lock.lock().isValid()).isTrue();
        }
        assertThat(AgentLock.take(state)).as("free again").isPresent();
    }
}

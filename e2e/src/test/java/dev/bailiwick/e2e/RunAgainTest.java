package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code ./run} in a directory in which it ran before: while it still runs, with other options, and after some programs were killed.
 * The name of the directory contains characters with a meaning for shells, Spring and Java.
 */
@ExtendWith(AsRoot.class)
class RunAgainTest {

    private static final String NAME = "the \"first\" it's 5 $HOME ${user.home} %20 \\n *; #1, a:b äßλ日";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void findsEverythingAgain() throws Exception {
        try (TestPartition partition = TestPartition.take()) {
            HostLeftovers before = HostLeftovers.of(partition);
            Path data = partition.directory().resolve(NAME);
            List<String> options = RunScript.options(partition, data);
            List<String> same = List.of("--data", data.toString());
            try {
                List<URI> pages = RunScript.start(options).well().pages();
                assertThat(pages).hasSize(2).allSatisfy(RunScript::answers);
                ProcessHandle server = process(data.resolve("server.pid"));
                ProcessHandle agent = process(data.resolve("agent.pid"));

                saysThatItRunsAndRestartsNothing(same, options);
                saysThatItRunsWithOtherOptions(same, options);
                assertThat(server.isAlive()).isTrue();
                assertThat(agent.isAlive()).isTrue();

                stopsTheDatabaseOfAKilledServer(data, same, server);
                assertThat(hasEnded(agent)).isTrue();
                assertThat(pages).allSatisfy(RunScript::answers);
                leavesAloneWhoHasTheNumberNow(data, same);
                neverTakesOtherUserIdsForTheSameFiles(same);

                // A training run leaves such a file, which changes the server's command line; this one is useless.
                Files.writeString(data.resolve("server/application/server.aot"), "none");
                List<String> moved = onOtherPorts(same);
                assertThat(RunScript.start(moved).well().pages()).isEqualTo(pages);
                assertThat(pages).allSatisfy(RunScript::answers);
                assertThat(RunScript.demo(data, moved).path()).isEqualTo(data + "/jails/demo");

                RunScript.run(same, "--stop", "--stop-jails").well();
                RunTest.requireNothingLeft(partition, before);
                endsWhatAKilledLauncherHadBegun(partition, data, same);
            } finally {
                RunScript.run(same, "--stop", "--stop-jails");
                partition.clear();
                Installation.delete(partition.directory());
            }
        }
    }

    private static List<String> onOtherPorts(List<String> same) throws IOException {
        List<String> moved = new ArrayList<>(same);
        for (String option : List.of("--ssh-port", "--link-port", "--management-port", "--database-port", "--port")) {
            moved.addAll(List.of(option, Integer.toString(Ports.take())));
        }
        return moved;
    }

    private static void saysThatItRunsAndRestartsNothing(List<String> same, List<String> options) throws Exception {
        for (List<String> said : List.of(same, options)) {
            assertThat(RunScript.start(said).well().output())
                    .contains("Nothing was started or restarted")
                    .contains("https://127.0.0.1:" + options.getLast() + "/sign-in/link/")
                    .contains("./run --stop --data '");
        }
    }

    private static void saysThatItRunsWithOtherOptions(List<String> same, List<String> options) throws Exception {
        List<String> other = new ArrayList<>(same);
        other.addAll(List.of("--port", "9"));
        assertThat(RunScript.start(other).badly().output())
                .contains("nothing was restarted")
                .contains("--port is " + options.getLast() + ", and not 9")
                .contains("./run --stop --data '");
    }

    private static void stopsTheDatabaseOfAKilledServer(Path data, List<String> same, ProcessHandle server)
            throws Exception {
        ProcessHandle database = process(data.resolve("server/postgresql/data/postmaster.pid"));
        server.destroyForcibly();
        server.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(database.isAlive()).as("PostgreSQL without its server").isTrue();

        assertThat(RunScript.run(same, "--stop").well().output()).contains("agent, PostgreSQL.");

        assertThat(hasEnded(database)).as("PostgreSQL after --stop").isTrue();
    }

    /** Does not stop a process that has the number of an ended one, even with the directory's name on its command line. */
    private static void leavesAloneWhoHasTheNumberNow(Path data, List<String> same) throws Exception {
        Process other = RunScript.begin(
                List.of("tail", "-f", data.resolve("logs/server.log").toString()),
                Map.of(),
                data.resolve("logs/tail.out"));
        try {
            for (String file : List.of("server.pid", "agent.pid", "server/postgresql/data/postmaster.pid")) {
                Files.writeString(data.resolve(file), other.pid() + "\n");
            }

            assertThat(RunScript.run(same, "--stop").well().output()).contains("nothing: neither server nor agent");

            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    private static void neverTakesOtherUserIdsForTheSameFiles(List<String> same) throws Exception {
        List<String> other = new ArrayList<>(same);
        other.addAll(List.of("--first-host-id", "65536", "--host-id-ranges", "1", "--instance", "bailiwick-other"));
        assertThat(RunScript.start(other).badly().output())
                .contains("--first-host-id is ")
                .contains("--host-id-ranges has been ")
                .contains("--instance is ")
                .contains("take another --data");
    }

    private static void endsWhatAKilledLauncherHadBegun(TestPartition partition, Path data, List<String> same)
            throws Exception {
        Files.delete(data.resolve("server.pid"));
        List<String> command =
                new ArrayList<>(List.of(Installation.run().toString(), "--no-demo", "--no-build", "--no-training"));
        command.addAll(same);
        Process launcher =
                RunScript.begin(command, Map.of(), partition.directory().resolve("launcher.out"));
        await("the server's process")
                .atMost(PATIENCE)
                .until(() -> Files.exists(data.resolve("server.pid")) && launcher.isAlive());
        assertThat(RunScript.run(same, "--stop").badly().output())
                .contains("Another ./run (process " + launcher.pid() + ")")
                .contains("kill " + launcher.pid());
        ProcessHandle server = process(data.resolve("server.pid"));
        launcher.destroyForcibly();
        launcher.waitFor();
        assertThat(server.isAlive()).as("the server without ./run").isTrue();

        assertThat(RunScript.run(same, "--stop").well().output()).contains("server");

        assertThat(hasEnded(server)).isTrue();
    }

    private static ProcessHandle process(Path pidFile) throws IOException {
        return ProcessHandle.of(
                        Long.parseLong(Files.readAllLines(pidFile).getFirst().strip()))
                .orElseThrow();
    }

    /** Returns whether the process has ended, although the machine's init may not have reaped it yet. */
    private static boolean hasEnded(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/stat")).contains(") Z ");
        } catch (IOException gone) {
            return true;
        }
    }
}

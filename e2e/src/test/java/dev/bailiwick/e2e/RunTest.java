package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ./run} is started, stopped and started again. */
@ExtendWith(AsRoot.class)
class RunTest {

    private static final String NOBODY = "65534";

    @Test
    void bringsAJailThatOutlivesItAndEndsAlsoWhereTheServerIsDown() throws Exception {
        try (TestPartition partition = TestPartition.take()) {
            HostLeftovers before = HostLeftovers.of(partition);
            List<String> options = RunScript.options(partition);
            try {
                List<URI> pages = RunScript.start(options).well().pages();
                assertThat(pages).hasSize(2).allSatisfy(RunScript::answers);
                Jail demo = RunScript.demo(partition, options);
                ProcessHandle init = ProcessHandle.of(demo.initPid()).orElseThrow();
                String host = RunScript.remembered(partition, "host");
                requireNothingLeftWhenKilled(partition, options);

                refusesASecondInstanceWithTheSameUserIds(partition);
                assertThat(pages).allSatisfy(RunScript::answers);
                assertThat(init.isAlive()).isTrue();

                RunScript.run(options, "--stop").well();

                assertThat(init.isAlive())
                        .as("the jail's init after its server and agent ended")
                        .isTrue();
                assertThat(pages).allSatisfy(RunScript::answers);

                // As if ./run had been killed before it stored the ids of what it created.
                for (String made : List.of("host", "pool", "jail")) {
                    Files.delete(partition.directory().resolve("server/" + made + ".id"));
                }
                assertThat(RunScript.start(options).well().pages()).isEqualTo(pages);

                assertThat(RunScript.remembered(partition, "host")).isEqualTo(host);
                Jail again = RunScript.demo(partition, options);
                assertThat(again.id()).isEqualTo(demo.id());
                assertThat(again.initPid()).isEqualTo(demo.initPid());
                assertThat(RunScript.api(partition, options)
                                .get("hosts/" + host)
                                .json()
                                .get("connected")
                                .asBoolean())
                        .as("the agent is connected")
                        .isTrue();
                assertThat(pages).allSatisfy(RunScript::answers);

                RunScript.run(options, "--stop").well();

                assertThat(RunScript.run(options, "--stop", "--stop-jails")
                                .well()
                                .output())
                        .contains("stopped by the agent's program");
                requireNothingLeft(partition, before);
            } finally {
                // After a failure, nothing else would stop server, agent and jails.
                RunScript.run(options, "--stop", "--stop-jails");
                partition.clear();
                Installation.delete(partition.directory());
            }
        }
    }

    /** While a process executes another program, its command line is empty for a moment. */
    @Test
    void takesAProcessThatExecutesAnotherProgramForRunning() throws Exception {
        Path data = Files.createTempDirectory(Path.of("/var/tmp"), "bailiwick-exec-");
        try {
            RunScript.Ended ended = RunScript.ended(List.of(
                    "sh",
                    "-c",
                    """
                    data=$0
                    . "$1/scripts/processes.sh"
                    printf '%s\\n' 'kill -0 "$PARENT" || exit; exec sh "$0" "$@"' >"$data/again"
                    PARENT=$$ sh "$data/again" run --config "$data/agent/agent.properties" 2>/dev/null &
                    echo $! >"$data/agent.pid"
                    for look in $(seq 500); do
                        running agent || { echo "ended at look $look"; exit 1; }
                    done
                    """,
                    data.toString(),
                    String.valueOf(Installation.run().getParent())));

            ended.well();
        } finally {
            Installation.delete(data);
        }
    }

    /** Tries a second instance beside the running one, which must not be affected. */
    private static void refusesASecondInstanceWithTheSameUserIds(TestPartition partition) throws Exception {
        Path data = Files.createTempDirectory(Path.of("/var/tmp"), "bailiwick-second-");
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx--x--x"));
        List<String> options = new ArrayList<>(RunScript.options(partition));
        options.set(1, data.toString());
        options.set(3, partition.cgroup() + "-second");
        try {
            RunScript.Ended refused = RunScript.start(options);

            assertThat(refused.status()).isNotZero();
            assertThat(refused.output())
                    .contains("instance " + partition.cgroup())
                    .contains("--first-host-id")
                    .doesNotContain("Server");
            assertThat(HostLeftovers.cgroupRoot().resolve(partition.cgroup() + "-second"))
                    .doesNotExist();
        } finally {
            RunScript.run(options, "--stop");
            Installation.delete(data);
        }
    }

    /** Requires that no jail is left. */
    static void requireNothingLeft(TestPartition partition, HostLeftovers before) throws IOException {
        // Not by the handles of processes, because the machine's init may not have reaped them yet.
        HostLeftovers after = HostLeftovers.of(partition);
        assertThat(after.processes()).isEqualTo(before.processes());
        assertThat(after.links()).isEqualTo(before.links());
        assertThat(after.routes()).isEqualTo(before.routes());
        assertThat(after.cgroups()).isEqualTo(before.cgroups());
    }

    @Test
    void saysThatItNeedsRoot() throws Exception {
        assumeTrue(isReachable(Installation.run()), Installation.run() + " is out of reach for nobody");

        RunScript.Ended ended = RunScript.ended(List.of(
                "setpriv",
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                Installation.run().toString()));

        assertThat(ended.status()).isNotZero();
        assertThat(ended.output()).contains("root");
    }

    /** A killed server leaves files only where the next server removes them, and a server without memory ends. */
    private static void requireNothingLeftWhenKilled(TestPartition partition, List<String> options) throws IOException {
        String mark = "." + options.getLast() + ".";
        assertThat(named(partition.directory().resolve("server/tmp"), mark)).isNotEmpty();
        assertThat(named(Path.of("/tmp"), mark)).isEmpty();
        String pid =
                Files.readString(partition.directory().resolve("server.pid")).strip();
        assertThat(Files.readString(Path.of("/proc", pid, "cmdline")).split("\0"))
                .contains("-XX:+ExitOnOutOfMemoryError");
    }

    /** Returns the directories of the web server, whose names contain its port. */
    private static List<Path> named(Path directory, String mark) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("tomcat")
                            && file.getFileName().toString().contains(mark))
                    .toList();
        }
    }

    private static boolean isReachable(Path program) throws IOException {
        for (Path path = program; path != null; path = path.getParent()) {
            if (!Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return false;
            }
        }
        return true;
    }
}

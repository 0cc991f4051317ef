package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ./run} as a person starts, stops and starts it again. */
@ExtendWith(AsRoot.class)
class RunTest {

    private static final Pattern PAGE = Pattern.compile("The jail's page +(http://\\S+)");
    private static final String NOBODY = "65534";

    /** How a command ended, and what it printed. */
    private record Ended(int status, String output) {
        Ended well() {
            assertThat(status).as(output).isZero();
            return this;
        }

        List<URI> pages() {
            return PAGE.matcher(output)
                    .results()
                    .map(page -> URI.create(page.group(1)))
                    .toList();
        }
    }

    @Test
    void bringsAJailThatOutlivesIt() throws Exception {
        try (Plot plot = Plot.take()) {
            Traces before = Traces.of(plot);
            List<String> options = options(plot);
            try {
                List<URI> pages = start(options).well().pages();
                assertThat(pages).hasSize(2).allSatisfy(RunTest::answers);
                Jail demo = demo(plot, options);
                ProcessHandle init = ProcessHandle.of(demo.initPid()).orElseThrow();
                String host = remembered(plot, "host");
                requireNothingLeftWhenKilled(plot, options);

                refusesASecondInstanceWithTheSameUserIds(plot);
                assertThat(pages).allSatisfy(RunTest::answers);
                assertThat(init.isAlive()).isTrue();

                run(options, "--stop").well();

                assertThat(init.isAlive())
                        .as("the jail's init after its server and agent ended")
                        .isTrue();
                assertThat(pages).allSatisfy(RunTest::answers);

                // As if it had been killed before it wrote down what it made.
                for (String made : List.of("host", "pool", "jail")) {
                    Files.delete(plot.directory().resolve("server/" + made + ".id"));
                }
                assertThat(start(options).well().pages()).isEqualTo(pages);

                assertThat(remembered(plot, "host")).isEqualTo(host);
                Jail again = demo(plot, options);
                assertThat(again.id()).isEqualTo(demo.id());
                assertThat(again.initPid()).isEqualTo(demo.initPid());
                assertThat(api(plot, options)
                                .get("hosts/" + host)
                                .json()
                                .get("connected")
                                .asBoolean())
                        .as("the agent is connected")
                        .isTrue();
                assertThat(pages).allSatisfy(RunTest::answers);

                run(options, "--stop", "--stop-jails").well();

                Traces after = Traces.of(plot);
                assertThat(after.processes()).isEqualTo(before.processes());
                assertThat(after.links()).isEqualTo(before.links());
                assertThat(after.routes()).isEqualTo(before.routes());
                assertThat(after.cgroups()).isEqualTo(before.cgroups());
            } finally {
                // After a failure nothing else would end them.
                run(options, "--stop", "--stop-jails");
                plot.clear();
                Installation.delete(plot.directory());
            }
        }
    }

    /** While a process executes another program its command line is empty for a moment. */
    @Test
    void takesAProcessThatExecutesAnotherProgramForRunning() throws Exception {
        Path data = Files.createTempDirectory(Path.of("/var/tmp"), "bailiwick-exec-");
        try {
            Ended ended = ended(List.of(
                    "sh",
                    "-c",
                    """
                    data=$0
                    . "$1/scripts/processes.sh"
                    printf '%s\\n' 'kill -0 "$1" || exit; exec sh "$0" "$1"' >"$data/again"
                    sh "$data/again" $$ 2>/dev/null &
                    echo $! >"$data/it.pid"
                    for look in $(seq 500); do
                        running it || { echo "ended at look $look"; exit 1; }
                    done
                    """,
                    data.toString(),
                    String.valueOf(Installation.run().getParent())));

            ended.well();
        } finally {
            Installation.delete(data);
        }
    }

    /** Beside the one of the plot, which must not notice. */
    private static void refusesASecondInstanceWithTheSameUserIds(Plot plot) throws Exception {
        Path data = Files.createTempDirectory(Path.of("/var/tmp"), "bailiwick-second-");
        List<String> options = new ArrayList<>(options(plot));
        options.set(1, data.toString());
        options.set(3, plot.cgroup() + "-second");
        try {
            Ended refused = start(options);

            assertThat(refused.status()).isNotZero();
            assertThat(refused.output())
                    .contains("instance " + plot.cgroup())
                    .contains("--first-host-id")
                    .doesNotContain("Server");
            assertThat(Traces.cgroupRoot().resolve(plot.cgroup() + "-second")).doesNotExist();
        } finally {
            run(options, "--stop");
            Installation.delete(data);
        }
    }

    @Test
    void stopsTheJailsAlsoWhereTheServerIsDown() throws Exception {
        try (Plot plot = Plot.take()) {
            Traces before = Traces.of(plot);
            List<String> options = options(plot);
            try {
                start(options).well();
                ProcessHandle init =
                        ProcessHandle.of(demo(plot, options).initPid()).orElseThrow();
                run(options, "--stop").well();
                assertThat(init.isAlive()).isTrue();

                assertThat(run(options, "--stop", "--stop-jails").well().output())
                        .contains("stopped by the agent's program");

                // Not by its handle: the machine's init takes its time to reap it.
                Traces after = Traces.of(plot);
                assertThat(after.processes()).isEqualTo(before.processes());
                assertThat(after.links()).isEqualTo(before.links());
                assertThat(after.routes()).isEqualTo(before.routes());
                assertThat(after.cgroups()).isEqualTo(before.cgroups());
            } finally {
                run(options, "--stop");
                plot.clear();
                Installation.delete(plot.directory());
            }
        }
    }

    @Test
    void saysThatItNeedsRoot() throws Exception {
        assumeTrue(isReachable(Installation.run()), Installation.run() + " is out of reach for nobody");

        Ended ended = ended(List.of(
                "setpriv",
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                Installation.run().toString()));

        assertThat(ended.status()).isNotZero();
        assertThat(ended.output()).contains("root");
    }

    private static List<String> options(Plot plot) throws IOException {
        return List.of(
                "--data",
                plot.directory().toString(),
                "--instance",
                plot.cgroup(),
                "--pool",
                plot.pool4(),
                "--pool6",
                plot.pool6(),
                "--first-host-id",
                Long.toString(plot.firstHostId()),
                "--host-id-ranges",
                Integer.toString(plot.hostIdRanges()),
                "--link-port",
                Integer.toString(Ports.take()),
                "--management-port",
                Integer.toString(Ports.take()),
                "--database-port",
                Integer.toString(Ports.take()),
                "--port",
                Integer.toString(Ports.take()));
    }

    private static Ended start(List<String> options) throws IOException, InterruptedException {
        return run(options, "--detach", "--no-rehearsal", "--no-build");
    }

    private static Ended run(List<String> options, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Installation.run().toString()));
        command.addAll(List.of(more));
        command.addAll(options);
        return ended(command);
    }

    private static Ended ended(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("bailiwick-run", ".log");
        try {
            // Not through a pipe: whoever goes on running would keep it open.
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            // What runs for seconds only is there sooner without the optimizing compiler.
            builder.environment().put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");
            Process process = builder.start();
            if (!process.waitFor(3, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(command + " does not end:\n" + Files.readString(output));
            }
            return new Ended(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    /** What a killed server cannot remove is where the next one removes it, and one without memory ends. */
    private static void requireNothingLeftWhenKilled(Plot plot, List<String> options) throws IOException {
        String mark = "." + options.getLast() + ".";
        assertThat(named(plot.directory().resolve("server/tmp"), mark)).isNotEmpty();
        assertThat(named(Path.of("/tmp"), mark)).isEmpty();
        String pid = Files.readString(plot.directory().resolve("server.pid")).strip();
        assertThat(Files.readString(Path.of("/proc", pid, "cmdline")).split("\0"))
                .contains("-XX:+ExitOnOutOfMemoryError");
    }

    /** What the web server calls its directories has its port in it. */
    private static List<Path> named(Path directory, String mark) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("tomcat")
                            && file.getFileName().toString().contains(mark))
                    .toList();
        }
    }

    private static Jail demo(Plot plot, List<String> options) throws IOException {
        return api(plot, options)
                .jail(UUID.fromString(remembered(plot, "jail")))
                .orElseThrow();
    }

    private static Api api(Plot plot, List<String> options) throws IOException {
        Path server = plot.directory().resolve("server");
        URI origin = URI.create("https://127.0.0.1:" + options.getLast());
        String authorization = Files.readString(server.resolve("authorization")).strip();
        HttpClient client =
                Trust.clientTrusting(server.resolve("authority.pem")).build();
        return Api.at(origin, client, authorization.substring(authorization.lastIndexOf(' ') + 1));
    }

    private static String remembered(Plot plot, String what) throws IOException {
        return Files.readString(plot.directory().resolve("server/" + what + ".id"))
                .strip();
    }

    private static void answers(URI page) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(5)).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("demo.bailiwick.internal");
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

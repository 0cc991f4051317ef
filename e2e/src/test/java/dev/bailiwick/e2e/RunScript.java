package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Calls {@code ./run} and the other scripts as an operator does. */
final class RunScript {

    private static final Pattern PAGE = Pattern.compile("The jail's page +(http://\\S+)");

    private RunScript() {}

    /** The exit status and output of a command. */
    record Ended(int status, String output) {
        Ended well() {
            assertThat(status).as(output).isZero();
            return this;
        }

        Ended badly() {
            assertThat(status).as(output).isNotZero();
            return this;
        }

        List<URI> pages() {
            return PAGE.matcher(output)
                    .results()
                    .map(page -> URI.create(page.group(1)))
                    .toList();
        }
    }

    /** Returns the options of {@code ./run}; the last one is the port of the pages. */
    static List<String> options(TestPartition partition) throws IOException {
        return options(partition, partition.directory());
    }

    static List<String> options(TestPartition partition, Path data) throws IOException {
        return List.of(
                "--data",
                data.toString(),
                "--instance",
                partition.cgroup(),
                "--pool",
                partition.pool4(),
                "--pool6",
                partition.pool6(),
                "--first-host-id",
                Long.toString(partition.firstHostId()),
                "--host-id-ranges",
                Integer.toString(partition.hostIdRanges()),
                "--ssh-port",
                Integer.toString(Ports.take()),
                "--link-port",
                Integer.toString(Ports.take()),
                "--management-port",
                Integer.toString(Ports.take()),
                "--database-port",
                Integer.toString(Ports.take()),
                "--port",
                Integer.toString(Ports.take()));
    }

    static Ended start(List<String> options) throws IOException, InterruptedException {
        return run(options, "--detach", "--no-training", "--no-build");
    }

    static Ended run(List<String> options, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Installation.run().toString()));
        command.addAll(List.of(more));
        command.addAll(options);
        return ended(command);
    }

    static Ended ended(String... command) throws IOException, InterruptedException {
        return ended(Arrays.asList(command));
    }

    static Ended ended(List<String> command) throws IOException, InterruptedException {
        return ended(command, Map.of());
    }

    static Ended ended(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        Path output = Files.createTempFile("bailiwick-run", ".log");
        try {
            Process process = begin(command, environment, output);
            if (!process.waitFor(3, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end:\n" + Files.readString(output));
            }
            return new Ended(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    static Process begin(List<String> command, Map<String, String> environment, Path output) throws IOException {
        // Not through a pipe: a process that keeps running would keep it open.
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        // A program that runs only for seconds starts sooner without the optimizing compiler.
        builder.environment().put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Jail demo(TestPartition partition, List<String> options) throws IOException {
        return demo(partition.directory(), options);
    }

    static Jail demo(Path data, List<String> options) throws IOException {
        return api(data, options)
                .jail(UUID.fromString(remembered(data, "jail")))
                .orElseThrow();
    }

    static Api api(TestPartition partition, List<String> options) throws IOException {
        return api(partition.directory(), options);
    }

    static Api api(Path data, List<String> options) throws IOException {
        Path server = data.resolve("server");
        URI origin = URI.create("https://127.0.0.1:" + options.getLast());
        String authorization = Files.readString(server.resolve("authorization")).strip();
        HttpClient client =
                TrustStore.clientTrusting(server.resolve("authority.pem")).build();
        return Api.at(origin, client, authorization.substring(authorization.lastIndexOf(' ') + 1));
    }

    static String remembered(TestPartition partition, String what) throws IOException {
        return remembered(partition.directory(), what);
    }

    static String remembered(Path data, String what) throws IOException {
        return Files.readString(data.resolve("server/" + what + ".id")).strip();
    }

    /** Requires that the demo jail serves its page. */
    static void answers(URI page) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(5)).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("demo.bailiwick.internal");
        }
    }
}

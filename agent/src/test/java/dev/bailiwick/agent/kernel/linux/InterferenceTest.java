package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One jail uses up what it can get. The host and a neighbour still get theirs, and the neighbour answers: how fast, before and
 * during, is printed.
 */
@NeedsRoot
class InterferenceTest {

    private static final List<String> ONE_OF_EACH = List.of("watcher 1", "queue 1", "signal 1", "lock 1", "process 1");

    private TestHost host;
    private Path program;

    @BeforeEach
    void open() throws Exception {
        host = new TestHost();
        program = Files.createTempFile(Path.of("/tmp"), "bailiwick-attacks-", "");
        TestProgram.compile("attacks", program);
    }

    @AfterEach
    void close() throws IOException {
        host.close();
        Files.delete(program);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "fork-bomb, processes, EAGAIN",
        "watchers, watchers, EMFILE",
        "queues, queues, EMFILE",
        "signals, signals, EAGAIN"
    })
    void whatOneJailUsesUpTheOthersStillHave(String attack, String what, String errno) throws Exception {
        try (Neighbour neighbour = new Neighbour(host)) {
            Latency before = neighbour.measure();
            JailId attacker = host.newId();
            host.start(attacker, withProgram("attacker", "/attacks", attack));
            Latency starting = neighbour.measure();
            host.awaitLog(attacker, what + " ");
            Latency during = neighbour.measure();

            String said = host.logOf(attacker);
            System.out.printf(
                    "%s: took %s%n  neighbour before %s%n  at its start %s%n  during %s%n",
                    attack, said.strip(), before, starting, during);
            assertThat(said).contains(errno);
            assertThat(oneOfEachInAnotherJail()).containsExactlyElementsOf(ONE_OF_EACH);
            assertThat(oneOfEachOnTheHost()).containsExactlyElementsOf(ONE_OF_EACH);
            assertThat(during.p95Micros())
                    .as("the neighbour answers within half a second")
                    .isLessThan(500_000);
            host.kernel.kill(attacker);
        }
    }

    private List<String> oneOfEachInAnotherJail() throws Exception {
        JailId id = host.newId();
        host.start(id, withProgram("third", "/attacks", "one-of-each"));
        host.awaitLog(id, "process");
        host.awaitEnd();
        return said(host.logOf(id));
    }

    private List<String> oneOfEachOnTheHost() throws Exception {
        Process process = new ProcessBuilder(program.toString(), "one-of-each").start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return said(said);
    }

    private static List<String> said(String output) {
        return output.lines()
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .toList();
    }

    private JailDefinition withProgram(String name, String... argv) throws IOException {
        JailDefinition plain = host.definition(name, argv);
        Path files = Path.of(plain.path().value(), "root");
        Files.createDirectories(files);
        Files.copy(program, files.resolve("attacks"), StandardCopyOption.COPY_ATTRIBUTES);
        return new JailDefinition(
                plain.name(),
                plain.hostname(),
                plain.path(),
                plain.base(),
                plain.addresses(),
                plain.policy(),
                new Command(List.of(argv), Map.of()),
                plain.limits(),
                plain.wanted());
    }
}

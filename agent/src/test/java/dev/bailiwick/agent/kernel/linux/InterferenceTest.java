package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One jail uses up whatever it can get. The host and a neighbour still get their share, and the neighbour answers; {@code ./bench check}
 * measures how fast, before and during.
 */
@NeedsRoot
class InterferenceTest {

    private static final List<String> ONE_OF_EACH = List.of("watcher 1", "queue 1", "signal 1", "lock 1", "process 1");
    private static final int FEW_REQUESTS = 20;
    private static final long WATCHED_NANOS = 3_000_000_000L;

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
        "signals, signals, EAGAIN",
        "spin, spinners, 16"
    })
    void whatOneJailUsesUpTheOthersStillHave(String attack, String what, String expected) throws Exception {
        try (Neighbour neighbour = new Neighbour(host)) {
            JailId attacker = host.newId();
            host.start(attacker, withProgram("attacker", "/attacks", attack));
            host.awaitLog(attacker, what + " ");

            assertThat(host.logOf(attacker)).contains(expected);
            assertThat(oneOfEachInAnotherJail()).containsExactlyElementsOf(ONE_OF_EACH);
            assertThat(oneOfEachOnTheHost()).containsExactlyElementsOf(ONE_OF_EACH);
            // Fails if a request takes longer than the neighbour's timeout.
            neighbour.measure(FEW_REQUESTS);
            host.kernel.kill(attacker);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "fork-bomb, processes",
        "watchers, watchers",
        "queues, queues",
        "signals, signals",
        "spin, spinners",
        "log, xxx"
    })
    @Tag("performance")
    void theNeighbourAnswersInTime(String attack, String what) throws Exception {
        try (Neighbour neighbour = new Neighbour(host)) {
            Latency before = neighbour.measure();
            JailId attacker = host.newId();
            host.start(attacker, withProgram("attacker", "/attacks", attack));
            Latency starting = neighbour.measure();
            host.awaitLog(attacker, what);
            Latency during = neighbour.measure();

            System.out.printf(
                    "%s%n  neighbour before %s%n  at its start %s%n  during %s%n", attack, before, starting, during);
            assertAnswers(before, during);
            host.kernel.kill(attacker);
            host.awaitEnd();
        }
    }

    @Test
    void aJailThatFillsItsLogGetsNoMoreThanItsShareOfTheDisk() throws Exception {
        try (Neighbour neighbour = new Neighbour(host)) {
            JailId attacker = host.newId();
            host.start(attacker, withProgram("attacker", "/attacks", "log"));
            awaitFullLogs();
            neighbour.measure(FEW_REQUESTS);
            assertThat(logBytes()).isLessThanOrEqualTo(host.layout.logBytes());
            host.kernel.kill(attacker);
            host.awaitEnd();
        }
    }

    @Test
    @Tag("performance")
    void aJailThatFillsItsLogDoesNotKeepTheAgentBusy() throws Exception {
        try (Neighbour neighbour = new Neighbour(host)) {
            JailId attacker = host.newId();
            host.start(attacker, withProgram("attacker", "/attacks", "log"));
            host.awaitLog(attacker, "xxx");
            long busyBefore = watchNanos();
            long begin = System.nanoTime();
            do {
                neighbour.measure();
            } while (System.nanoTime() - begin < WATCHED_NANOS);
            long share = 100 * (watchNanos() - busyBefore) / (System.nanoTime() - begin);

            System.out.printf("log: agent busy %d %%%n", share);
            assertThat(watchNanos()).as("the reading thread is found").isPositive();
            // It takes a few per cent of a current processor; a slower one has to read the same 4 MiB a second.
            assertThat(share).as("percent of a processor").isLessThan(40);
            host.kernel.kill(attacker);
            host.awaitEnd();
        }
    }

    @Test
    void aJailThatFillsTheDiskLeavesTheHostItsReserve() throws Exception {
        try (SmallDisk disk = new SmallDisk();
                TestHost small = new TestHost(disk.directory());
                Neighbour neighbour = new Neighbour(small)) {
            JailId attacker = small.newId();
            small.start(attacker, withProgram(small, "attacker", "/attacks", "disk"));
            small.awaitLog(attacker, "blocks");
            neighbour.measure(FEW_REQUESTS);

            assertThat(small.logOf(attacker)).contains("ENOSPC");
            Files.write(disk.directory().resolve("state-of-the-agent"), new byte[100_000]);
            // Another jail on the same file system cannot start meanwhile; the failure is transient.
            assertThatThrownBy(() -> small.start(small.newId(), small.definition("third", "/bin/sleep", "100")))
                    .isInstanceOfSatisfying(
                            KernelRefusal.class,
                            refusal -> assertThat(refusal.isPermanent()).isFalse());
            assertThat(small.kernel.observe()).hasSize(2).allMatch(ObservedJail::isRunning);
        }
    }

    @Test
    @Tag("performance")
    void theNeighbourAnswersInTimeBesideAFullDisk() throws Exception {
        try (SmallDisk disk = new SmallDisk();
                TestHost small = new TestHost(disk.directory());
                Neighbour neighbour = new Neighbour(small)) {
            Latency before = neighbour.measure();
            JailId attacker = small.newId();
            small.start(attacker, withProgram(small, "attacker", "/attacks", "disk"));
            small.awaitLog(attacker, "blocks");
            Latency during = neighbour.measure();

            System.out.printf("disk%n  neighbour before %s%n  during %s%n", before, during);
            assertAnswers(before, during);
        }
    }

    @Test
    void theFileSystemsInMemoryEndAtTheirSizeAndNumberOfFiles() throws Exception {
        JailId attacker = host.newId();
        host.start(attacker, withProgram("attacker", "/attacks", "directories", "/tmp", "/run", "/dev/shm", "/dev"));
        host.awaitLog(attacker, "/dev files");

        String said = host.logOf(attacker);
        System.out.println(said.strip());
        for (String directory : List.of("/tmp", "/run", "/dev/shm")) {
            assertThat(said).containsPattern(directory + " bytes \\d+ ENOSPC\n");
            assertThat(said).containsPattern(directory + " files \\d+ ENOSPC\n");
        }
        assertThat(said.lines()
                        .filter(line -> line.contains(" bytes "))
                        .mapToLong(line -> Long.parseLong(line.split(" ", -1)[2]))
                        .sum())
                .as("352 MiB, and a little for /dev")
                .isLessThanOrEqualTo(353 << 20);
        host.kernel.kill(attacker);
    }

    /** Within half a second, or, on a busy machine, within ten times the time without the attack. */
    private static void assertAnswers(Latency before, Latency during) {
        assertThat(during.p95Micros())
                .as("p95 of the neighbour's answers, in microseconds")
                .isLessThan(Math.max(500_000, 10 * before.p95Micros()));
    }

    /** Waits until the log has begun several segments. */
    private void awaitFullLogs() throws IOException {
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (logBytes() <= host.layout.logBytes() * 3 / 4) {
            assertThat(System.nanoTime()).as("the log is full").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private long logBytes() throws IOException {
        try (Stream<Path> logs = Files.walk(host.layout.logDirectory())) {
            return logs.filter(Files::isRegularFile)
                    .mapToLong(log -> log.toFile().length())
                    .sum();
        }
    }

    /** Returns the processor time of the thread that reads the output of jails. */
    private static long watchNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getAllThreadIds())
                .filter(id -> {
                    ThreadInfo information = threads.getThreadInfo(id);
                    return information != null && information.getThreadName().equals("jail-consoles");
                })
                .map(threads::getThreadCpuTime)
                .sum();
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
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said(said);
    }

    private static List<String> said(String output) {
        return output.lines()
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .toList();
    }

    private JailDefinition withProgram(String name, String... argv) throws IOException {
        return withProgram(host, name, argv);
    }

    private JailDefinition withProgram(TestHost onto, String name, String... argv) throws IOException {
        return TestHost.withProgram(onto.definition(name, argv), program, "attacks");
    }
}

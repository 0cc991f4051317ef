package dev.bailiwick.agent.kernel.linux.denial;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.TestProgram;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Denial;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A jail whose calls are denied a hundred thousand times a second costs the agent little, and its neighbour no more than any other busy
 * jail. The test prints the figures; its assertions leave room for a busy machine.
 */
@NeedsRoot
class DenialFloodTest {

    private static final int SECONDS = 8;
    private static final int REQUESTS = 400;
    /** The calls in one burst of the program. */
    private static final int PROBED = 100;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = TestHost.countingDenials();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    @Tag("performance")
    void hundredThousandASecondDisturbNobody() throws Exception {
        JailDefinition web = withProgram(host.definition("neighbour", "/calls", "serve", "80"));
        JailId neighbour = host.newId();
        host.start(neighbour, web);
        host.awaitLog(neighbour, "listening");

        Latencies idle = latencies(web);
        // The same number of calls, allowed: the cost of any busy jail for its neighbours.
        JailId busy = flood("busy", 100_000, 110);
        Latencies besideBusy = latencies(web);
        awaitMade(busy);

        Use before = Use.now();
        JailId refused = flood("refused", 100_000, 175);
        Latencies besideRefused = latencies(web);
        String made = awaitMade(refused);
        Use after = Use.now();

        List<Denial> denials = host.kernel.denials();
        long counted = denials.stream()
                .filter(d -> d.jail().equals(refused) && d.call().equals("init_module"))
                .mapToLong(Denial::count)
                .sum();
        boolean atLeast = denials.stream().anyMatch(Denial::atLeast);
        long really = Long.parseLong(made.split(" ", -1)[1]);
        double seconds = (after.nanos - before.nanos) / 1e9;
        double share = (after.readerCpuNanos - before.readerCpuNanos) / 1e9 / seconds;
        System.out.printf(
                Locale.ROOT,
                "denials: %s; counted %d%s; reader %.1f %% of a core; heap after collection %.1f -> %.1f MiB; resident %.0f -> %.0f"
                        + " MiB%n  neighbour's request: idle %s; beside a jail with as many allowed calls %s; beside the refused %s%n",
                made,
                counted,
                atLeast ? " at least" : "",
                100 * share,
                before.heapMebibytes,
                after.heapMebibytes,
                before.residentMebibytes,
                after.residentMebibytes,
                idle,
                besideBusy,
                besideRefused);

        // A busy machine may permit a tenth of the intended calls; ./bench calls demands nine tenths.
        assertThat(really).as("enough calls were denied").isGreaterThan(10_000L * SECONDS);
        assertThat(counted).isLessThanOrEqualTo(really);
        assertThat(counted == really || atLeast)
                .as("an incomplete count is marked")
                .isTrue();
        assertThat(after.readerCpuNanos).as("the reader's time is measured").isPositive();
        assertThat(share).as("share of one core that the reader takes").isLessThan(0.20);
        assertThat(after.heapMebibytes).isLessThan(before.heapMebibytes + 8);
        // The load of the machine may change between the two; ./bench calls permits at most twice as much.
        assertThat(besideRefused.median).isLessThan(10 * Math.max(besideBusy.median, 1_000_000));
    }

    /** Two jails make as many denied calls as the machine can, and a third makes two hundred at the same time. */
    @Test
    void hidesNothingOfAQuietJail() throws Exception {
        JailId loud = flood("loud", 1_000_000, SECONDS, 175);
        JailId louder = flood("louder", 1_000_000, SECONDS, 176);
        awaitQuietJailIsHeard();
        JailId quiet = flood("quiet", 50, 4, 175);
        for (int ended = 0; ended < 3; ended++) {
            host.awaitEnd(PATIENCE);
        }

        List<Denial> denials = host.kernel.denials();
        assertThat(denials.stream()
                        .filter(d -> d.jail().equals(quiet) && d.call().equals("init_module")))
                .singleElement()
                .satisfies(denial -> {
                    assertThat(denial.count()).isEqualTo(200);
                    assertThat(denial.atLeast()).isFalse();
                });
        assertThat(denials.stream()
                        .filter(d -> d.jail().equals(loud) || d.jail().equals(louder)))
                .isNotEmpty()
                .allMatch(Denial::atLeast);
    }

    /** Waits until all loud jails are known; until then the kernel drops records of any jail. */
    private void awaitQuietJailIsHeard() throws Exception {
        for (int attempt = 0; attempt < 3; attempt++) {
            host.kernel.denials();
            JailId probe = flood("probe-" + attempt, PROBED, 1, 175);
            assertThat(host.awaitEnd(PATIENCE).jail()).isEqualTo(probe);
            if (isHeardWhole(probe)) {
                return;
            }
        }
        throw new AssertionError("no quiet jail is counted completely");
    }

    /** Returns whether all of the jail's denied calls are counted; the count may lag by a turn of the reader. */
    private boolean isHeardWhole(JailId probe) {
        long deadline = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        long count = 0;
        while (count < PROBED && System.nanoTime() < deadline) {
            for (Denial denial : host.kernel.denials()) {
                if (denial.jail().equals(probe)) {
                    if (denial.atLeast()) {
                        return false;
                    }
                    count += denial.count();
                }
            }
            Thread.onSpinWait();
        }
        return count == PROBED;
    }

    private JailId flood(String name, int rate, int number) throws Exception {
        return flood(name, rate, SECONDS, number);
    }

    private JailId flood(String name, int rate, int seconds, int number) throws Exception {
        JailDefinition definition = withProgram(host.definition(
                name, "/calls", "flood", Integer.toString(rate), Integer.toString(seconds), Integer.toString(number)));
        JailId id = host.newId();
        host.start(id, definition);
        host.awaitLog(id, "begin");
        return id;
    }

    private String awaitMade(JailId id) throws IOException, InterruptedException {
        assertThat(host.awaitEnd(PATIENCE).jail()).isEqualTo(id);
        return host.logOf(id)
                .lines()
                .filter(line -> line.startsWith("made"))
                .findFirst()
                .orElseThrow();
    }

    private JailDefinition withProgram(JailDefinition definition) throws IOException, InterruptedException {
        Path root = Path.of(definition.path().value());
        Files.createDirectories(root);
        TestProgram.compile("calls", root.resolve("calls"));
        return DefinitionVariant.of(definition)
                .base(new Base.Directory())
                .command(new Command(
                        definition.command().argv(), definition.command().environment()))
                .definition();
    }

    private Latencies latencies(JailDefinition web) throws IOException {
        long[] nanos = new long[REQUESTS];
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(
                    new InetSocketAddress(web.addresses().v4().orElseThrow().value(), 80), 5_000);
            socket.setSoTimeout(10_000);
            for (int i = 0; i < REQUESTS; i++) {
                long start = System.nanoTime();
                socket.getOutputStream().write('x');
                assertThat(socket.getInputStream().read()).isEqualTo('x');
                nanos[i] = System.nanoTime() - start;
                LockSupport.parkNanos(5_000_000);
            }
        }
        Arrays.sort(nanos);
        return new Latencies(nanos[REQUESTS / 2], nanos[REQUESTS * 95 / 100], nanos[REQUESTS - 1]);
    }

    /** The round-trip time of one byte, in nanoseconds. */
    private record Latencies(long median, long p95, long worst) {

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "p50 %d us p95 %d us max %d us", median / 1000, p95 / 1000, worst / 1000);
        }
    }

    private record Use(long nanos, long readerCpuNanos, double heapMebibytes, double residentMebibytes) {

        static Use now() throws IOException {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            return new Use(
                    System.nanoTime(),
                    readerCpu(),
                    (runtime.totalMemory() - runtime.freeMemory()) / (double) (1 << 20),
                    resident());
        }

        private static long readerCpu() {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            return Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
                    .filter(thread -> thread != null && thread.getThreadName().equals("denials"))
                    .mapToLong(ThreadInfo::getThreadId)
                    .map(threads::getThreadCpuTime)
                    .filter(cpu -> cpu > 0)
                    .sum();
        }

        private static double resident() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        }
    }
}

package dev.bailiwick.agent.kernel.linux.metric;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.syscall.Attributes;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.Metric;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What real jails use of the real kernel. */
@NeedsRoot
class SamplerTest {

    private static final String BUSY = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; exec sleep 100";

    private static TestHost host;

    private record Reading(JailId jail, Run run, Map<Metric, Long> values) {

        private static Reading of(JailId jail, Run run, long[] values) {
            Map<Metric, Long> all = new EnumMap<>(Metric.class);
            for (Metric metric : Metric.values()) {
                all.put(metric, values[metric.index()]);
            }
            return new Reading(jail, run, all);
        }

        private long of(Metric metric) {
            return values.getOrDefault(metric, ABSENT);
        }
    }

    @BeforeAll
    static void open() throws IOException {
        host = new TestHost();
    }

    @AfterEach
    void clear() throws InterruptedException {
        host.clear();
        // The last readings of these jails are no concern of the next test.
        sample();
    }

    @AfterAll
    static void close() throws IOException {
        host.close();
    }

    @Test
    void readsWhatTheKernelCountsForAJail() throws Exception {
        JailId jail = host.newId();
        JailDefinition definition = host.definition("busy", "/bin/sh", "-c", BUSY);
        host.start(jail, definition);
        host.awaitLog(jail, "done");
        Path cgroup = host.cgroupOf(jail);
        long before = cpuTime(cgroup);

        Reading used = cgroup(jail, sample());

        assertThat(used.of(Metric.CPU_TIME)).isBetween(before, cpuTime(cgroup)).isGreaterThan(10_000);
        Map.of(
                        "memory.current", Metric.MEMORY,
                        "memory.swap.current", Metric.SWAP,
                        "memory.events", Metric.OOM_KILLS,
                        "pids.current", Metric.PROCESSES,
                        "cpu.pressure", Metric.CPU_PRESSURE,
                        "io.pressure", Metric.IO_PRESSURE)
                .forEach((file, metric) -> assertThat(used.of(metric) != ABSENT)
                        .as("%s is read if this kernel has %s", metric, file)
                        .isEqualTo(Files.exists(cgroup.resolve(file))));
    }

    @Test
    void countsWhatTheJailReceivesAndSends() throws Exception {
        JailId jail = host.newId();
        JailDefinition definition = host.definition("networked", "/bin/sleep", "100");
        host.start(jail, definition);
        Reading before = link(jail, sample());

        assertThat(InetAddress.getByAddress(
                                definition.addresses().v4().orElseThrow().bytes())
                        .isReachable(20_000))
                .isTrue();

        Reading after = link(jail, sample());
        assertThat(after.run()).isEqualTo(before.run());
        assertThat(after.of(Metric.RECEIVED_PACKETS)).isGreaterThan(before.of(Metric.RECEIVED_PACKETS));
        assertThat(after.of(Metric.RECEIVED_BYTES)).isGreaterThanOrEqualTo(before.of(Metric.RECEIVED_BYTES) + 20);
        assertThat(after.of(Metric.SENT_PACKETS)).isGreaterThan(before.of(Metric.SENT_PACKETS));
        assertThat(after.of(Metric.SENT_BYTES)).isGreaterThanOrEqualTo(before.of(Metric.SENT_BYTES) + 20);
        assertThat(after.of(Metric.CPU_TIME)).isEqualTo(ABSENT);
    }

    @Test
    void theNextAgentSeesTheSameRunsAndAnotherStartHasOthers() throws Exception {
        JailId jail = host.newId();
        JailDefinition definition = host.definition("again", "/bin/sleep", "100");
        host.start(jail, definition);
        List<Run> first = runs(sample());

        host.restartAgent();
        host.kernel.observe();
        assertThat(runs(sample())).isEqualTo(first);

        host.kernel.kill(jail);
        host.awaitEnd();
        host.kernel.release(jail);
        host.start(jail, definition);
        assertThat(runs(sample()).subList(1, 3)).doesNotContainAnyElementsOf(first);
    }

    /** As if the agent had no descriptor left at that moment. */
    @Test
    void aJailWhoseFiguresCannotBeReadEndsAllTheSameAndCostsNoOtherIts() throws Exception {
        JailId jail = host.newId();
        host.start(jail, host.definition("unreadable", "/bin/sleep", "100"));
        JailId other = host.newId();
        host.start(other, host.definition("readable", "/bin/sleep", "100"));
        Path cgroup = host.cgroupOf(jail);
        try (Descriptor directory = Linux.openat2(Constants.AT_FDCWD, cgroup.toString(), Constants.O_RDONLY, 0, 0)) {
            Attributes.set(directory, "trusted.bailiwick", "damaged");
        }

        assertThat(sample()).extracting(Reading::jail).containsOnly(other);

        host.kernel.kill(jail);
        host.awaitEnd();
        host.kernel.release(jail);
        assertThat(cgroup).doesNotExist();
    }

    @Test
    void aLinkThatIsCreatedAgainIsAnotherRun() throws Exception {
        JailId jail = host.newId();
        JailDefinition definition = host.definition("mended", "/bin/sleep", "100");
        host.start(jail, definition);
        List<Reading> before = sample();
        String name = host.cgroupOf(jail).getFileName().toString();
        assertThat(new ProcessBuilder("ip", "link", "delete", "bw" + name)
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        assertThat(host.kernel.mend(jail, definition)).isNotEmpty();

        sample();
        List<Reading> after = sample();

        assertThat(link(jail, after).run().id())
                .isNotEqualTo(link(jail, before).run().id());
        assertThat(link(jail, after).run().beganAtMillis())
                .isGreaterThan(link(jail, before).run().beganAtMillis());
        assertThat(cgroup(jail, after).run()).isEqualTo(cgroup(jail, before).run());
    }

    @Test
    void readsAJailThatEndedBetweenTwoSamplesForTheLastTime() throws Exception {
        JailId jail = host.newId();
        host.start(jail, host.definition("short", "/bin/sh", "-c", BUSY.replace("exec sleep 100", "exit 0")));
        host.awaitEnd();
        host.kernel.release(jail);

        List<Reading> last = sample();

        assertThat(last).singleElement().satisfies(reading -> {
            assertThat(reading.jail()).isEqualTo(jail);
            assertThat(reading.of(Metric.CPU_TIME)).isGreaterThan(10_000);
        });
        assertThat(sample()).as("only once").isEmpty();
    }

    @Test
    void aSampleAllocatesNothingForAJail() {
        for (int i = 0; i < 4; i++) {
            host.start(host.newId(), host.definition("quiet" + i, "/bin/sleep", "100"));
        }
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int rounds = 5_000;
        long each = Long.MAX_VALUE;
        // Until it is compiled; how many rounds that takes depends on the machine.
        for (int attempt = 0; attempt < 10 && each >= 500; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            sampleOften(rounds);
            each = (threads.getCurrentThreadAllocatedBytes() - before) / rounds;
        }
        // A round itself has a few closures.
        assertThat(each).isLessThan(500);
    }

    @Test
    @Tag("performance")
    void aSampleOfAJailTakesMicroseconds() {
        int jails = 50;
        for (int i = 0; i < jails; i++) {
            host.start(host.newId(), host.definition("timed" + i, "/bin/sleep", "100"));
        }
        int rounds = 500;
        sampleOften(rounds);
        long begun = System.nanoTime();
        sampleOften(rounds);
        double micros = (System.nanoTime() - begun) / 1e3 / rounds / jails;
        System.out.printf("A sample of a jail takes %.1f µs on this machine.%n", micros);
        assertThat(micros).isLessThan(20);
    }

    private static void sampleOften(int rounds) {
        for (int i = 0; i < rounds; i++) {
            host.kernel.sample((_, _, _) -> {});
        }
    }

    private static List<Reading> sample() {
        List<Reading> readings = new ArrayList<>();
        host.kernel.sample((jail, run, values) -> readings.add(Reading.of(jail, run, values)));
        return readings;
    }

    private static List<Run> runs(List<Reading> readings) {
        return readings.stream().map(Reading::run).toList();
    }

    private static Reading cgroup(JailId jail, List<Reading> readings) {
        return one(jail, Metric.CPU_TIME, readings);
    }

    private static Reading link(JailId jail, List<Reading> readings) {
        return one(jail, Metric.SENT_BYTES, readings);
    }

    private static Reading one(JailId jail, Metric metric, List<Reading> readings) {
        return readings.stream()
                .filter(reading -> reading.jail().equals(jail) && reading.of(metric) != ABSENT)
                .findFirst()
                .orElseThrow();
    }

    private static long cpuTime(Path cgroup) throws IOException {
        String first = Files.readAllLines(cgroup.resolve("cpu.stat")).getFirst();
        return Long.parseLong(first.substring("usage_usec ".length()));
    }
}

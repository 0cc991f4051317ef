package dev.bailiwick.agent.kernel.linux.metric;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.jail.figure.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as a kernel with all controllers of cgroup v2 writes them, which few test machines have. */
@NeedsRoot
class MeteredFilesTest {

    private static final String BOOT = "3c1f6f4e-6b0f-4f7c-9b29-8f0f4b4f2a10";

    @TempDir
    Path cgroup;

    @Test
    void readsWhatTheFilesOfEachControllerContain() throws IOException {
        write("cpu.stat", """
                usage_usec 1234567
                user_usec 1000000
                system_usec 234567
                nr_periods 10
                nr_throttled 3
                throttled_usec 4321
                """);
        write("memory.current", "104857600\n");
        write("memory.swap.current", "0\n");
        write("memory.events", "low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\noom_group_kill 0\n");
        write("pids.current", "17\n");
        write("io.stat", """
                7:0 rbytes=1 wbytes=1 rios=1 wios=1 dbytes=0 dios=0
                254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0
                """);
        for (String pressure : List.of("cpu.pressure", "memory.pressure", "io.pressure")) {
            write(pressure, """
                    some avg10=0.00 avg60=1.50 avg300=0.20 total=%d
                    full avg10=0.00 avg60=0.00 avg300=0.00 total=7
                    """.formatted(pressure.length()));
        }

        assertThat(read(Optional.of("254:0")))
                .containsOnly(
                        Map.entry(Metric.CPU_TIME, 1_234_567L),
                        Map.entry(Metric.THROTTLED_TIME, 4_321L),
                        Map.entry(Metric.MEMORY, 104_857_600L),
                        Map.entry(Metric.SWAP, 0L),
                        Map.entry(Metric.OOM_KILLS, 1L),
                        Map.entry(Metric.PROCESSES, 17L),
                        Map.entry(Metric.READ_BYTES, 4_096L),
                        Map.entry(Metric.WRITTEN_BYTES, 8_192L),
                        Map.entry(Metric.READS, 1L),
                        Map.entry(Metric.WRITES, 2L),
                        Map.entry(Metric.CPU_PRESSURE, 12L),
                        Map.entry(Metric.MEMORY_PRESSURE, 15L),
                        Map.entry(Metric.IO_PRESSURE, 11L));
    }

    @Test
    void leavesOutWhatTheHostDoesNotMeasure() throws IOException {
        // Without the controllers; io.stat of a disk that was not used is empty.
        write("cpu.stat", "usage_usec 5\nuser_usec 5\nsystem_usec 0\n");
        write("io.stat", "");

        assertThat(read(Optional.of("254:0"))).containsOnly(Map.entry(Metric.CPU_TIME, 5L));
    }

    @Test
    void readsWhatAFileContainsNow() throws IOException {
        write("cpu.stat", "usage_usec 5\n");
        try (SampleBuffer buffer = new SampleBuffer();
                MeteredRun run = open()) {
            long[] values = new long[Metric.values().length];
            run.read(buffer, values);
            write("cpu.stat", "usage_usec 77777\n");
            assertThat(run.read(buffer, values)).isTrue();
            assertThat(values[Metric.CPU_TIME.index()]).isEqualTo(77_777);
        }
    }

    @Test
    void aRunIsTheSameForTheNextAgentAndAnotherForAnotherDirectory() throws IOException {
        write("cpu.stat", "usage_usec 5\n");
        Path other = Files.createDirectory(cgroup.resolve("other"));
        Files.writeString(other.resolve("cpu.stat"), "usage_usec 5\n");
        try (MeteredRun first = open();
                MeteredRun again = open();
                MeteredRun elsewhere = MeteredRun.open(other, MeteredFile.ofCgroup(Optional.empty()), BOOT, 1)
                        .orElseThrow()) {
            assertThat(again.run().id()).isEqualTo(first.run().id());
            assertThat(elsewhere.run().id()).isNotEqualTo(first.run().id());
        }
        assertThat(MeteredRun.open(cgroup.resolve("missing"), MeteredFile.ofLink(), BOOT, 1))
                .isEmpty();
    }

    private MeteredRun open() {
        return MeteredRun.open(cgroup, MeteredFile.ofCgroup(Optional.empty()), BOOT, 1)
                .orElseThrow();
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(cgroup.resolve(name), content);
    }

    private Map<Metric, Long> read(Optional<String> disk) {
        long[] values = new long[Metric.values().length];
        Arrays.fill(values, ABSENT);
        try (SampleBuffer buffer = new SampleBuffer();
                MeteredRun run = MeteredRun.open(cgroup, MeteredFile.ofCgroup(disk), BOOT, 1)
                        .orElseThrow()) {
            assertThat(run.read(buffer, values)).isTrue();
        }
        Map<Metric, Long> present = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.values()) {
            if (values[metric.index()] != ABSENT) {
                present.put(metric, values[metric.index()]);
            }
        }
        return present;
    }
}

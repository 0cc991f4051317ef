package dev.bailiwick.agent.kernel.linux.metric;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bailiwick.jail.figure.HostMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics of a host, from the files of this kernel, and of one that lacks some of them. */
class HostReadingsTest {

    private final long[] values = new long[HostMetric.values().length];

    @TempDir
    Path proc;

    @BeforeEach
    void clear() {
        Arrays.fill(values, ABSENT);
    }

    @Test
    void readsThisHost() {
        assumeTrue(Files.exists(Path.of("/proc/stat")), "needs Linux");
        new HostReadings(Path.of("/proc"), proc).read(values);
        assertThat(of(HostMetric.CPU_TIME)).isPositive();
        assertThat(of(HostMetric.MEMORY)).isGreaterThan(10L << 20);
        assertThat(of(HostMetric.LOAD)).isNotNegative();
        assertThat(of(HostMetric.DISK_FREE)).isPositive();
        assertThat(of(HostMetric.JAILS_CPU_TIME)).isEqualTo(ABSENT);
    }

    @Test
    void countsTheTimeInWhichACpuWorked() throws IOException {
        write("stat", "cpu  1 2 4 1000 2000 8 16 32 64 128\ncpu0 9 9 9 9\nintr 5\n");
        write("loadavg", "1.25 0.50 0.10 1/200 4711\n");
        write("meminfo", "MemTotal:  100 kB\nMemFree:  1 kB\nMemAvailable:  40 kB\nSwapTotal: 10 kB\nSwapFree: 9 kB\n");
        Files.createDirectory(proc.resolve("pressure"));
        write("pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=4711\nfull avg10=0.00 total=1\n");
        new HostReadings(proc, proc).read(values);
        assertThat(of(HostMetric.CPU_TIME)).isEqualTo(63 * 10_000);
        assertThat(of(HostMetric.LOAD)).isEqualTo(125);
        assertThat(of(HostMetric.MEMORY)).isEqualTo(60 * 1024);
        assertThat(of(HostMetric.SWAP)).isEqualTo(1024);
        assertThat(of(HostMetric.IO_PRESSURE)).isEqualTo(4711);
    }

    @Test
    void leavesOutWhatTheKernelDoesNotMeasure() throws IOException {
        write("meminfo", "MemTotal:  100 kB\nMemFree:  1 kB\n");
        new HostReadings(proc, proc.resolve("missing")).read(values);
        assertThat(values).containsOnly(ABSENT);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(proc.resolve(name), text);
    }

    private long of(HostMetric metric) {
        return values[metric.index()];
    }
}

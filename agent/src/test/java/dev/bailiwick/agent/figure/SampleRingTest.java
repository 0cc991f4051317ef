package dev.bailiwick.agent.figure;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailMetrics;
import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.Metric;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples on disk, as the next agent finds them. */
class SampleRingTest {

    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");
    private static final int METRICS = Metric.values().length;

    @TempDir
    private Path state;

    private record Read(Instant at, JailId jail, Run run, List<Long> values) {

        private static Read of(Instant at, JailId jail, Run run, long[] values) {
            return new Read(at, jail, run, Arrays.stream(values).boxed().toList());
        }
    }

    /** Jails whose values change with each sample. */
    private static final class Busy implements JailMetrics {

        private final List<JailId> jails;
        private final List<Run> runs;
        private final long[] values = new long[METRICS];
        private long round;

        private Busy(int count) {
            jails = Stream.generate(() -> new JailId(UUID.randomUUID()))
                    .limit(count)
                    .toList();
            runs = Stream.generate(() -> new Run(UUID.randomUUID(), NOON.toEpochMilli()))
                    .limit(count)
                    .toList();
        }

        @Override
        public void sample(Reader reader) {
            round++;
            for (int i = 0; i < runs.size(); i++) {
                Arrays.fill(values, ABSENT);
                values[Metric.CPU_TIME.index()] = i * 1_000_000_000L + round * 12_345;
                values[Metric.CPU_PRESSURE.index()] = round * 1_234;
                values[Metric.RECEIVED_BYTES.index()] = Long.MAX_VALUE - 1_000_000_000 + round * 100_000;
                values[Metric.MEMORY.index()] = (100L << 20) + round % 7 * 4096;
                reader.read(jails.get(i), runs.get(i), values);
            }
        }
    }

    @Test
    void findsAllSamplesAgainAndContinuesTheSlot() {
        Busy busy = new Busy(3);
        List<Read> taken = new ArrayList<>();
        SampleRing ring = begun(NOON, new ArrayList<>());
        sample(ring, busy, NOON, taken);
        sample(ring, busy, NOON.plusSeconds(10), taken);

        List<Read> found = new ArrayList<>();
        SampleRing next = begun(NOON, found);
        assertThat(found).isEqualTo(taken);
        sample(next, busy, NOON.plusSeconds(20), taken);
        sample(next, new Busy(1), NOON.plusSeconds(30), taken);

        assertThat(read(NOON)).isEqualTo(taken).hasSize(10);
        assertThat(SampleRing.open(state, SampleRing.MAX_BYTES).left()).containsExactly(NOON);
        next.stored(NOON);
        assertThat(SampleRing.open(state, SampleRing.MAX_BYTES).left()).isEmpty();
        assertThat(read(NOON)).as("also when its figures are stored").isEqualTo(taken);
    }

    /** Cuts the file at each byte, as a crash does. */
    @Test
    void whatWasNotWrittenCompletelyHarmsNothingElse() throws IOException {
        Busy busy = new Busy(2);
        List<Read> taken = new ArrayList<>();
        SampleRing ring = begun(NOON, new ArrayList<>());
        for (int i = 0; i < 3; i++) {
            sample(ring, busy, NOON.plusSeconds(10L * i), taken);
        }
        Path file = state.resolve("samples").resolve("%012d".formatted(NOON.getEpochSecond()));
        byte[] content = Files.readAllBytes(file);
        for (int length = 0; length < content.length; length++) {
            Files.write(file, Arrays.copyOf(content, length));
            assertContinues(taken, busy);
            byte[] damaged = content.clone();
            damaged[length] ^= 0x10;
            Files.write(file, damaged);
            assertContinues(taken, busy);
            // The size of a file can be on disk before its content is.
            Arrays.fill(damaged, length, damaged.length, (byte) 0);
            Files.write(file, damaged);
            assertContinues(taken, busy);
        }
    }

    private void assertContinues(List<Read> taken, Busy busy) {
        List<Read> found = new ArrayList<>();
        SampleRing next = begun(NOON, found);
        assertThat(found).isEqualTo(taken.subList(0, found.size())).hasSizeLessThan(taken.size());
        sample(next, busy, NOON.plusSeconds(60), found);
        next.close();
        assertThat(read(NOON)).isEqualTo(found);
    }

    @Test
    void writesTheSamplesOfAJailWhileTheyAreTaken() {
        Busy busy = new Busy(2);
        SampleRing ring = begun(NOON, new ArrayList<>());
        sample(ring, busy, NOON, new ArrayList<>());
        ring.stored(NOON);
        Instant next = NOON.plus(JailFigures.SLOT);
        ring.begin(next, (_, _, _, _) -> {});
        sample(ring, busy, next, new ArrayList<>());

        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrintStream to = new PrintStream(text, true, StandardCharsets.US_ASCII);
        assertThat(KeptSamples.write(state, new JailId(UUID.randomUUID()), to)).isZero();
        assertThat(KeptSamples.write(state, busy.jails.getLast(), to)).isEqualTo(2);
        String run = "," + busy.runs.getLast().id() + ",";
        assertThat(text.toString(StandardCharsets.US_ASCII).lines())
                .containsExactly(
                        "at,run,cpuTime,throttledTime,cpuPressure,memoryPressure,ioPressure,oomKills,readBytes,writtenBytes,reads,writes,"
                                + "receivedBytes,sentBytes,receivedPackets,sentPackets,memory,swap,processes",
                        NOON + run + "1000012345,,1234,,,,,,,," + (Long.MAX_VALUE - 999_900_000) + ",,,,104861696,,",
                        next + run + "1000024690,,2468,,,,,,,," + (Long.MAX_VALUE - 999_800_000) + ",,,,104865792,,");
    }

    @Test
    void samplesOfAnotherVersionAreNotRead() throws IOException {
        SampleRing ring = begun(NOON, new ArrayList<>());
        sample(ring, new Busy(1), NOON, new ArrayList<>());
        Path file = state.resolve("samples").resolve("%012d".formatted(NOON.getEpochSecond()));
        byte[] content = Files.readAllBytes(file);
        // The name of the first metric.
        content["samples 1 ".length()] = 'z';
        Files.write(file, content);

        assertThat(read(NOON)).isEmpty();
    }

    @Test
    void keepsADayAndNotMoreThanFits() throws IOException {
        Busy busy = new Busy(4);
        SampleRing ring = SampleRing.open(state, 1_000);
        for (int slot = 0; slot < 20; slot++) {
            Instant at = NOON.plus(JailFigures.SLOT.multipliedBy(slot));
            ring.begin(at, (_, _, _, _) -> {});
            sample(ring, busy, at, new ArrayList<>());
            ring.stored(at);
        }
        try (Stream<Path> files = Files.list(state.resolve("samples"))) {
            List<Path> left = files.sorted().toList();
            assertThat(left).hasSizeBetween(2, 4);
            assertThat(left.getLast())
                    .hasFileName("%012d.stored"
                            .formatted(
                                    NOON.plus(JailFigures.SLOT.multipliedBy(19)).getEpochSecond()));
        }
        ring.begin(NOON.plusSeconds(2 * 86_400), (_, _, _, _) -> {});
        try (Stream<Path> files = Files.list(state.resolve("samples"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void beginsAgainWithTheNextSlotAfterTheDiskWasFull() throws IOException {
        Busy busy = new Busy(1);
        // A file where the directory should be, as the creation of a directory fails on a full disk.
        Path inTheWay = Files.createFile(state.resolve("samples"));
        SampleRing ring = begun(NOON, new ArrayList<>());
        sample(ring, busy, NOON, new ArrayList<>());
        ring.stored(NOON);
        Files.delete(inTheWay);

        List<Read> taken = new ArrayList<>();
        Instant next = NOON.plus(JailFigures.SLOT);
        ring.begin(next, (_, _, _, _) -> {});
        sample(ring, busy, next, taken);
        assertThat(read(next)).isEqualTo(taken);
    }

    @Test
    void aSampleAllocatesNothingForAJail() {
        Busy busy = new Busy(1_000);
        SampleRing ring = begun(NOON, new ArrayList<>());
        JailMetrics recorded = ring.recording(busy);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long each = Long.MAX_VALUE;
        // Until it is compiled; how many rounds that takes depends on the machine.
        for (int attempt = 0; attempt < 20 && each >= 1_000; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            sampleOften(ring, recorded, 50);
            each = (threads.getCurrentThreadAllocatedBytes() - before) / 50;
        }
        assertThat(each).as("for a round over 1,000 jails").isLessThan(1_000);
    }

    @Test
    @Tag("performance")
    void aSampleOfAJailTakesLessThanAMicrosecond() throws IOException {
        Busy busy = new Busy(1_000);
        SampleRing ring = SampleRing.open(state, SampleRing.MAX_BYTES);
        JailMetrics recorded = ring.recording(busy);
        long nanos = 0;
        for (int slot = 0; slot < 20; slot++) {
            ring.begin(NOON.plus(JailFigures.SLOT.multipliedBy(slot)), (_, _, _, _) -> {});
            long begun = System.nanoTime();
            sampleOften(ring, recorded, 30);
            nanos = System.nanoTime() - begun;
            ring.stored(NOON.plus(JailFigures.SLOT.multipliedBy(slot)));
        }
        long bytes;
        try (Stream<Path> files = Files.list(state.resolve("samples"))) {
            bytes = files.mapToLong(file -> file.toFile().length()).sum() / 20;
        }
        double micros = nanos / 1e3 / 30 / 1_000;
        System.out.printf("A sample of a run takes %.2f µs to keep, and %.1f bytes.%n", micros, bytes / 30.0 / 1_000);
        assertThat(micros).isLessThan(1);
    }

    private static void sampleOften(SampleRing ring, JailMetrics recorded, int rounds) {
        for (int i = 0; i < rounds; i++) {
            recorded.sample((_, _, _) -> {});
            ring.end(NOON);
        }
    }

    private SampleRing begun(Instant slot, List<Read> found) {
        SampleRing ring = SampleRing.open(state, SampleRing.MAX_BYTES);
        ring.begin(slot, (at, jail, run, values) -> found.add(Read.of(at, jail, run, values)));
        return ring;
    }

    private static void sample(SampleRing ring, Busy busy, Instant at, List<Read> taken) {
        ring.recording(busy).sample((jail, run, values) -> taken.add(Read.of(at, jail, run, values)));
        ring.end(at);
    }

    private List<Read> read(Instant slot) {
        List<Read> found = new ArrayList<>();
        SampleRing.open(state, SampleRing.MAX_BYTES)
                .read(slot, (at, jail, run, values) -> found.add(Read.of(at, jail, run, values)));
        return found;
    }
}

package dev.bailiwick.agent.figure;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailMetrics;
import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.agent.link.KeptFigures;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.JailFigures.Gauge;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.protocol.FigureWire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From samples to files, with a clock that the test sets. */
class FigureCollectorTest {

    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");
    private static final JailId JAIL = new JailId(UUID.randomUUID());

    @TempDir
    Path state;

    private Instant now = NOON;
    private final long[] values = new long[Metric.values().length];
    private Run run = new Run(UUID.randomUUID(), NOON.toEpochMilli());
    private final JailMetrics kernel = new JailMetrics() {
        @Override
        public void sample(Reader reader) {
            reader.read(JAIL, run, values);
        }
    };
    private FigureCollector collector;

    @BeforeEach
    void open() {
        collector = open(FigureFiles.MAX_BYTES);
    }

    @Test
    void sumsUpASlotWhenItHasEnded() {
        for (int i = 1; i <= 20; i++) {
            sample(i * 1_000L, i);
        }
        assertThat(collector.kept().oldest()).isEmpty();
        now = NOON.plusSeconds(300);
        sample(25_000, 7);

        assertThat(kept())
                .containsExactly(new JailFigures(
                        JAIL,
                        run.id(),
                        NOON,
                        20,
                        Map.of(Metric.CPU_TIME, new Counter(0, 20_000)),
                        Map.of(Metric.MEMORY, new Gauge(1, 10, 20, 19))));
        now = NOON.plusSeconds(600);
        sample(26_000, 7);
        assertThat(kept().getLast().counters()).isEqualTo(Map.of(Metric.CPU_TIME, new Counter(20_000, 25_000)));
    }

    @Test
    void doesNotCountWhatAJailDidBeforeThisHostCollectedFigures() {
        run = new Run(UUID.randomUUID(), NOON.minusSeconds(1).toEpochMilli());
        sample(1_000_000, 1);
        sample(1_000_500, 1);
        now = NOON.plusSeconds(300);
        sample(1_000_600, 1);

        assertThat(kept().getFirst().counters()).isEqualTo(Map.of(Metric.CPU_TIME, new Counter(1_000_000, 1_000_500)));
    }

    @Test
    void theNextAgentContinuesWithTheSlotOfThePreviousOne() {
        sample(1_000, 1);
        collector.close();
        now = NOON.plusSeconds(60);
        collector = open(FigureFiles.MAX_BYTES);
        sample(3_000, 5);
        now = NOON.plusSeconds(300);
        sample(3_500, 5);

        List<JailFigures> kept = kept();
        assertThat(kept).extracting(JailFigures::slot).containsExactly(NOON, NOON);
        // Both begin with the run, and the server takes the latest reading.
        assertThat(kept)
                .extracting(figures -> figures.counters().get(Metric.CPU_TIME))
                .containsExactly(new Counter(0, 1_000), new Counter(0, 3_000));
    }

    @Test
    void aKilledAgentLosesNoSample() {
        sample(1_000, 1);
        sample(2_000, 9);
        now = NOON.plusSeconds(60);
        collector = open(FigureFiles.MAX_BYTES);
        sample(3_000, 5);
        // The next one begins in a later slot.
        now = NOON.plusSeconds(3_600);
        collector = open(FigureFiles.MAX_BYTES);
        assertThat(kept())
                .containsExactly(new JailFigures(
                        JAIL,
                        run.id(),
                        NOON,
                        3,
                        Map.of(Metric.CPU_TIME, new Counter(0, 3_000)),
                        Map.of(Metric.MEMORY, new Gauge(1, 5, 9, 9))));
        sample(9_000, 1);
        now = NOON.plusSeconds(3_900);
        sample(9_500, 1);
        assertThat(collector.latest().host().get(HostMetric.JAILS_CPU_TIME))
                .as("the sum goes on from what the previous agent read")
                .isEqualTo(6_500);

        assertThat(kept())
                .extracting(figures -> figures.counters().get(Metric.CPU_TIME))
                .containsExactly(new Counter(3_000, 9_000));
    }

    @Test
    void storesFiguresOfASlotOnceMoreIfTheyCouldNotBeStored() throws IOException {
        Path blocked = Files.createDirectory(state.resolve("full"));
        Path inTheWay = Files.createFile(blocked.resolve("figures"));
        collector = FigureCollector.of(kernel, blocked, FigureFiles.MAX_BYTES, clock());
        sample(1, 1);
        now = NOON.plusSeconds(300);
        sample(2, 1);
        collector.close();
        Files.delete(inTheWay);

        collector = FigureCollector.of(kernel, blocked, FigureFiles.MAX_BYTES, clock());
        assertThat(kept()).extracting(JailFigures::slot).containsExactly(NOON);
        now = NOON.plusSeconds(600);
        sample(3, 1);
        assertThat(kept()).extracting(JailFigures::slot).containsExactly(NOON.plusSeconds(300));
        collector.close();
        collector = FigureCollector.of(kernel, blocked, FigureFiles.MAX_BYTES, clock());
        assertThat(kept()).extracting(JailFigures::slot).containsExactly(NOON.plusSeconds(600));
    }

    @Test
    void deletesTheOldestFiguresWhenThereIsNoSpaceForMore() {
        collector = open(600);
        for (int i = 0; i < 50; i++) {
            now = NOON.plusSeconds(300L * i);
            sample(i, i);
        }
        String[] files = state.resolve("figures").toFile().list();
        List<JailFigures> left = kept();
        assertThat(left.size()).isBetween(1, 5);
        assertThat(left.getLast().slot()).isEqualTo(NOON.plusSeconds(300 * 48));
        assertThat(files).as("and the time since when figures are collected").hasSize(left.size() + 1);
    }

    @Test
    void sumsUpWhatJailsUseTogetherAlsoAfterTheyHaveEnded() {
        List<Run> runs = new ArrayList<>(List.of(
                new Run(UUID.randomUUID(), NOON.minusSeconds(60).toEpochMilli()),
                new Run(UUID.randomUUID(), NOON.toEpochMilli())));
        JailMetrics two = new JailMetrics() {
            @Override
            public void sample(Reader reader) {
                runs.forEach(each -> reader.read(JAIL, each, values));
            }

            @Override
            public void sampleHost(long[] host) {
                host[HostMetric.CPU_TIME.index()] = now.getEpochSecond();
                host[HostMetric.DISK_FREE.index()] = 77;
            }
        };
        collector = FigureCollector.of(two, state, FigureFiles.MAX_BYTES, clock());
        sample(1_000, 10);
        sample(1_500, 20);
        assertThat(collector.latest().jails().get(JAIL)).isEqualTo(Map.of(Metric.CPU_TIME, 1_500L, Metric.MEMORY, 20L));
        assertThat(collector.latest().host().get(HostMetric.JAILS_CPU_TIME)).isEqualTo(2_000L);
        runs.removeFirst();
        now = NOON.plusSeconds(10);
        sample(1_600, 30);
        runs.clear();
        sample(0, 0);
        assertThat(collector.latest().jails()).isEmpty();
        now = NOON.plusSeconds(300);
        collector.sample();

        HostFigures host = collector.kept().oldest().orElseThrow().rows().stream()
                .filter(FigureWire::isOfHost)
                .map(FigureWire::hostFromWire)
                .findFirst()
                .orElseThrow();
        // The older run counts from its first reading, the other one from 0.
        assertThat(host.counters())
                .isEqualTo(Map.of(
                        HostMetric.JAILS_CPU_TIME,
                        new Counter(0, 500 + 1_600),
                        HostMetric.CPU_TIME,
                        new Counter(NOON.getEpochSecond(), NOON.getEpochSecond() + 10)));
        assertThat(host.gauges())
                .isEqualTo(Map.of(
                        HostMetric.JAILS_MEMORY,
                        new Gauge(0, 22, 40, 40),
                        HostMetric.DISK_FREE,
                        new Gauge(77, 77, 77, 77)));
        assertThat(host.samples()).isEqualTo(4);
    }

    @Test
    void storesTheFiguresOfManyJailsInBatches() {
        FigureCollector many = FigureCollector.of(
                new JailMetrics() {
                    @Override
                    public void sample(Reader reader) {
                        for (int i = 0; i < 2_100; i++) {
                            reader.read(JAIL, new Run(new UUID(1, i), NOON.toEpochMilli()), values);
                        }
                    }
                },
                state,
                FigureFiles.MAX_BYTES,
                clock());
        many.sample();
        now = NOON.plusSeconds(300);
        many.sample();

        List<Integer> sizes = new ArrayList<>();
        for (var batch = many.kept().oldest();
                batch.isPresent();
                batch = many.kept().oldest()) {
            sizes.add(batch.get().rows().size());
            many.kept().delete(batch.get().name());
        }
        // The last one is about the host.
        assertThat(sizes).containsExactly(1_000, 1_000, 101);
    }

    @Test
    void deletesDamagedFigures() throws IOException {
        sample(1, 1);
        now = NOON.plusSeconds(300);
        sample(2, 1);
        String name = collector.kept().oldest().orElseThrow().name();
        Files.write(state.resolve("figures").resolve(name), new byte[] {1, 2, 3});

        assertThat(collector.kept().oldest()).isEmpty();
        assertThat(state.resolve("figures").resolve(name)).doesNotExist();
    }

    @Test
    void startsOnAFullDiskAndStoresFiguresOnceThereIsSpace() throws IOException {
        Path blocked = state.resolve("blocked");
        Files.createDirectory(blocked);
        // A file where the directory should be, as the creation of a directory fails on a full disk.
        Path inTheWay = Files.createFile(blocked.resolve("figures"));
        collector = FigureCollector.of(kernel, blocked, FigureFiles.MAX_BYTES, clock());
        sample(1, 1);
        now = NOON.plusSeconds(300);
        sample(2, 1);
        assertThat(collector.kept().oldest()).isEmpty();

        Files.delete(inTheWay);
        Files.createDirectory(inTheWay);
        now = NOON.plusSeconds(600);
        sample(3, 1);
        assertThat(kept()).extracting(JailFigures::slot).containsExactly(NOON.plusSeconds(300));
    }

    private FigureCollector open(long maxBytes) {
        return FigureCollector.of(kernel, state, maxBytes, clock());
    }

    private void sample(long cpuTime, long memory) {
        Arrays.fill(values, ABSENT);
        values[Metric.CPU_TIME.index()] = cpuTime;
        values[Metric.MEMORY.index()] = memory;
        collector.sample();
    }

    /** Returns what is kept, as if the server took it. */
    private List<JailFigures> kept() {
        List<JailFigures> all = new ArrayList<>();
        KeptFigures kept = collector.kept();
        for (var batch = kept.oldest(); batch.isPresent(); batch = kept.oldest()) {
            batch.get().rows().stream()
                    .filter(row -> !FigureWire.isOfHost(row))
                    .map(FigureWire::fromWire)
                    .forEach(all::add);
            kept.delete(batch.get().name());
        }
        return all;
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }
}

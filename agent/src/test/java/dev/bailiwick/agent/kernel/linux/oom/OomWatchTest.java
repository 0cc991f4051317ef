package dev.bailiwick.agent.kernel.linux.oom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.OomKills.LargeProcess;
import dev.bailiwick.jail.report.OomKills.ShortOf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OomWatchTest {

    private static final JailId JAIL = new JailId(UUID.randomUUID());
    private static final long USER = 100_000;
    private static final int OWN = (int) ProcessHandle.current().pid();
    private static final List<LargeProcess> TWO = List.of(new LargeProcess("a", 9), new LargeProcess("b", 8));

    private long nanos = Long.MAX_VALUE;
    private List<Integer> processes = List.of(OWN);
    private boolean isUnreadable;
    private Instant now = Instant.parse("2026-11-30T12:00:00Z");
    private final InstantSource source = () -> now;
    private final Clock clock = source.withZone(ZoneOffset.UTC);
    private final List<OomKills> reported = new ArrayList<>();
    private boolean atItsLimit;
    private final OomWatch watch = new OomWatch(new RunningJail(), clock, () -> nanos);

    OomWatchTest() {
        watch.onKills((jail, kills) -> {
            assertThat(jail).isEqualTo(JAIL);
            reported.add(kills);
        });
    }

    /** One jail, which this process stands for. */
    private final class RunningJail implements OomWatch.Jails {

        @Override
        public Optional<JailId> of(long user) {
            return user == USER ? Optional.of(JAIL) : Optional.empty();
        }

        @Override
        public List<Integer> processes(JailId jail) {
            if (isUnreadable) {
                throw new UncheckedIOException(new IOException("its cgroup cannot be read"));
            }
            return processes;
        }

        @Override
        public boolean hasReachedItsLimit(JailId jail) {
            return atItsLimit;
        }
    }

    @Test
    void reportsTheFirstKillAtOnceAndAFloodEveryTenMinutes() {
        atItsLimit = true;
        for (int i = 0; i < 1000; i++) {
            watch.logged(1, USER, OomRecords.Cause.CGROUP, TWO);
            watch.reportDue();
        }

        assertThat(reported).singleElement().satisfies(first -> {
            assertThat(first.count()).isOne();
            assertThat(first.shortOf()).isEqualTo(ShortOf.JAIL_LIMIT);
            assertThat(first.largest()).isEqualTo(TWO);
            assertThat(first.hostAvailableBytes()).isPositive();
            assertThat(first.at()).isEqualTo(now);
        });
        pass(OomWatch.APART.minusNanos(1));
        watch.reportDue();
        assertThat(reported).hasSize(1);
        pass(Duration.ofNanos(1));
        watch.reportDue();
        watch.reportDue();
        assertThat(reported).extracting(OomKills::count).containsExactly(1L, 999L);
        pass(OomWatch.APART);
        watch.reportDue();
        assertThat(reported).hasSize(2);
        watch.logged(1, USER, OomRecords.Cause.CGROUP, TWO);
        assertThat(reported).extracting(OomKills::count).containsExactly(1L, 999L, 1L);
    }

    @Test
    void saysWhetherTheJailOrAnotherLimitOrTheHostWasShort() {
        watch.logged(1, USER, OomRecords.Cause.CGROUP, TWO);
        pass(OomWatch.APART);
        watch.logged(1, USER, OomRecords.Cause.HOST, TWO);

        assertThat(reported).extracting(OomKills::shortOf).containsExactly(ShortOf.OTHER_LIMIT, ShortOf.HOST);
    }

    @Test
    void addsProcessesThatRunOnWhereTheLogHasNoTable() {
        watch.logged(1, USER, OomRecords.Cause.HOST, List.of(new LargeProcess("killed", 1)));

        assertThat(reported.getFirst().largest()).hasSize(2).first().isEqualTo(new LargeProcess("killed", 1));
        assertThat(reported.getFirst().largest().getLast().name()).isEqualTo("java");
        assertThat(reported.getFirst().largest().getLast().bytes()).isGreaterThan(1 << 20);
    }

    @Test
    void countsByTheCgroupWhereTheLogCannotBeRead() {
        UUID run = UUID.randomUUID();
        watch.counted(JAIL, run, 7);
        assertThat(reported).as("an earlier agent's").isEmpty();

        watch.counted(JAIL, run, 9);

        assertThat(reported).singleElement().satisfies(kills -> {
            assertThat(kills.count()).isEqualTo(2);
            assertThat(kills.largest()).extracting(LargeProcess::name).containsExactly("java");
        });
        watch.counted(JAIL, UUID.randomUUID(), 4);
        pass(OomWatch.APART);
        watch.reportDue();
        assertThat(reported)
                .extracting(OomKills::count)
                .as("a new cgroup begins at 0")
                .containsExactly(2L, 4L);
    }

    @Test
    void waitsTenMinutesAlsoWhileTheClockOfTheHostIsSet() {
        watch.logged(1, USER, OomRecords.Cause.HOST, TWO);
        now = now.plus(Duration.ofDays(1));
        watch.logged(2, USER, OomRecords.Cause.HOST, TWO);
        assertThat(reported).hasSize(1);

        now = now.minus(Duration.ofDays(3));
        pass(OomWatch.APART);
        watch.reportDue();
        assertThat(reported).hasSize(2);
    }

    @Test
    void readsAProcessThatNamesItselfLikeALineOfItsStatus() throws Exception {
        Process named = new ProcessBuilder(
                        "/bin/sh", "-c", "printf 'a\\rVmRSS:\\tb' >/proc/$$/comm; echo named; read end")
                .start();
        try {
            assertThat(named.inputReader().readLine()).isEqualTo("named");
            processes = List.of((int) named.pid());

            watch.logged(1, USER, OomRecords.Cause.HOST, List.of());

            assertThat(reported.getFirst().largest()).singleElement().satisfies(largest -> {
                assertThat(largest.name()).isEqualTo("a VmRSS: b");
                assertThat(largest.bytes()).isGreaterThan(64 << 10);
            });
        } finally {
            named.destroyForcibly().waitFor();
        }
    }

    @Test
    void reportsKillsOfAJailWhoseProcessesCannotBeRead() {
        isUnreadable = true;
        List<LargeProcess> killed = List.of(new LargeProcess("killed", 1));

        watch.logged(1, USER, OomRecords.Cause.HOST, killed);
        watch.logged(2, USER, OomRecords.Cause.HOST, killed);
        pass(OomWatch.APART);
        watch.reportDue();

        assertThat(reported).hasSize(2).extracting(OomKills::largest).containsOnly(killed);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Test
    void knowsNothingOfOthersProcesses() {
        watch.logged(1, 0, OomRecords.Cause.HOST, TWO);

        assertThat(reported).isEmpty();
    }
}

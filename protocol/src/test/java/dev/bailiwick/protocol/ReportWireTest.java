package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.OomKills.LargeProcess;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.protocol.v1.JailReport;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReportWireTest {

    private static final JailId ID = JailId.parse("0198f0a0-0000-7000-8000-000000000001");
    private static final Instant AT = Instant.parse("2026-11-23T22:00:00.123456Z");
    private static final Condition CONDITION =
            new Condition("InitExited", "init ended with status 1", Instant.parse("2026-11-23T21:59:00.5Z"));

    private static final Report REPORT = new Report(
            ID,
            7,
            Phase.BACKING_OFF,
            OptionalInt.of(4711),
            3,
            List.of(CONDITION),
            List.of(new StepTiming("veth", 0, 410), new StepTiming("clone3", 410, 90)),
            AT);

    @Test
    void reportSurvivesTheRoundTrip() {
        assertThat(ReportWire.fromWire(ReportWire.toWire(REPORT))).isEqualTo(REPORT);
    }

    @Test
    void everyPhaseSurvivesTheRoundTrip() {
        for (Phase phase : Phase.values()) {
            Report report = new Report(ID, 0, phase, OptionalInt.empty(), 0, List.of(), List.of(), AT);
            assertThat(ReportWire.fromWire(ReportWire.toWire(report))).isEqualTo(report);
        }
    }

    @Test
    void killsForLackOfMemorySurviveTheRoundTripAndHaveBounds() {
        OomKills kills = new OomKills(
                3,
                OomKills.ShortOf.JAIL_LIMIT,
                List.of(new LargeProcess("java", 512 << 20), new LargeProcess("a\nb", 4096)),
                1L << 30,
                AT);
        Report report = new Report(
                ID,
                7,
                Phase.RUNNING,
                OptionalInt.of(4711),
                0,
                List.of(kills.condition()),
                List.of(),
                AT,
                OptionalLong.empty(),
                Optional.of(kills));

        assertThat(ReportWire.fromWire(ReportWire.toWire(report)).oomKills()).hasValue(kills);
        assertThat(kills.condition().message())
                .isEqualTo(
                        "the kernel killed 3 processes of the jail, because the limit of the jail's memory was reached;"
                                + " most memory had 'java' (512 MiB), 'a b' (4 KiB); the host had 1 GiB available");
        JailReport wire = ReportWire.toWire(report);
        refuses(wire, kill -> kill.setCount(0), "count");
        refuses(wire, kill -> kill.setShortOf("luck"), "short_of");
        refuses(wire, kill -> kill.addAllLargest(kill.getLargestList()), "too many");
        refuses(wire, kill -> kill.getLargestBuilder(0).setName("sixteen bytes in"), "name is longer");
        refuses(wire, kill -> kill.getLargestBuilder(0).setBytes(-1), "bytes");
        refuses(wire, kill -> kill.setHostAvailableBytes(-1), "host_available_bytes");
        refuses(wire, kill -> kill.setAtEpochMicros(-1), "at must lie");
    }

    private static void refuses(
            JailReport report, Consumer<dev.bailiwick.protocol.v1.OomKills.Builder> damage, String message) {
        JailReport.Builder damaged = report.toBuilder();
        damage.accept(damaged.getOomKillsBuilder());
        assertThatThrownBy(() -> ReportWire.fromWire(damaged.build()))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining(message);
    }

    @Test
    void overlongMessageIsCutAndNeverCostsTheReport() {
        Condition overlong = new Condition("Refused", "open \0 " + "x".repeat(5000), CONDITION.since());
        Report report = new Report(
                ID, 1, Phase.REFUSED, OptionalInt.empty(), 0, Collections.nCopies(100, overlong), List.of(), AT);
        Report read = ReportWire.fromWire(ReportWire.toWire(report));
        assertThat(read.conditions()).hasSize(32);
        assertThat(read.conditions().getFirst().message())
                .hasSize(2000)
                .startsWith("open \ufffd xxx")
                .endsWith("x…");
    }

    @Test
    void refusesWhatNoAgentSends() {
        refuses(r -> r.setJailId("../etc"), "jail_id");
        refuses(r -> r.setGeneration(-1), "generation");
        refuses(r -> r.setPhase("dead"), "phase is not a phase");
        refuses(r -> r.setInitPid(-5), "init_pid");
        refuses(r -> r.setRestarts(-1), "restarts");
        refuses(r -> r.setAtEpochMicros(Long.MAX_VALUE), "at must lie");
        refuses(r -> r.setAtEpochMicros(-1), "at must lie");
        refuses(r -> r.getConditionsBuilder(0).setSinceEpochMillis(Long.MIN_VALUE), "since must lie");
        refuses(r -> r.getConditionsBuilder(0).setMessage("a\0b"), "message contains a control character");
        refuses(r -> r.getConditionsBuilder(0).setMessage("x".repeat(2001)), "message is longer");
        refuses(r -> r.getConditionsBuilder(0).setReason("x".repeat(65)), "reason is longer");
        refuses(r -> r.addAllConditions(Collections.nCopies(32, r.getConditions(0))), "too many");
        refuses(r -> r.addAllSteps(Collections.nCopies(255, r.getSteps(0))), "too many");
        refuses(r -> r.getStepsBuilder(0).setDurationMicros(-1), "duration");
        refuses(r -> r.getStepsBuilder(0).setDurationMicros(Long.MAX_VALUE), "duration must be 0 to 2^53");
        refuses(r -> r.getStepsBuilder(0).setStartMicros(Long.MAX_VALUE), "start must be 0 to 2^53");
    }

    private static void refuses(Consumer<JailReport.Builder> change, String message) {
        JailReport.Builder wire = ReportWire.toWire(REPORT).toBuilder();
        change.accept(wire);
        assertThatThrownBy(() -> ReportWire.fromWire(wire.build()))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining(message);
    }
}

package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.protocol.v1.JailReport;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
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

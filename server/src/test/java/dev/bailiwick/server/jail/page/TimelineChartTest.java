package dev.bailiwick.server.jail.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.server.jail.timeline.ChangeTimeline;
import dev.bailiwick.server.jail.view.JailStatus;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TimelineChartTest {

    private static Optional<TimelineChart> of(Optional<ChangeTimeline> timeline, List<StepTiming> steps) {
        return TimelineChart.of(new JailStatus(
                Optional.of(Phase.RUNNING),
                1,
                1,
                Optional.empty(),
                OptionalInt.empty(),
                0,
                List.of(),
                steps,
                timeline));
    }

    @Test
    void isAbsentWithoutSteps() {
        assertThat(of(Optional.empty(), List.of())).isEmpty();
    }

    @Test
    void drawsEachStepWhereAndAsLongAsItWas() {
        TimelineChart chart = of(
                        Optional.empty(),
                        List.of(
                                new StepTiming("root", 0, 2_500),
                                new StepTiming("veth", 2_500, 5_000),
                                new StepTiming("exec", 7_500, 2_500)))
                .orElseThrow();
        assertThat(chart.steps().stream().map(TimelineChart.Bar::x)).containsExactly(0L, 250L, 750L);
        assertThat(chart.steps().stream().map(TimelineChart.Bar::width)).containsExactly(250L, 500L, 250L);
        assertThat(chart.steps().stream().filter(TimelineChart.Bar::longest).map(TimelineChart.Bar::name))
                .containsExactly("veth");
        assertThat(chart.total()).isEqualTo("10.0 ms");
        assertThat(chart.ticks()).containsExactly("0", "2.50 ms", "5.00 ms", "7.50 ms");
    }

    @Test
    void drawsTheHostsStepsBetweenThoseOfTheServer() {
        ChangeTimeline timeline = new ChangeTimeline(1_000, 1_000, 500, 1_500, 6_000);
        TimelineChart chart = of(
                        Optional.of(timeline),
                        List.of(new StepTiming("queue", 0, 1_000), new StepTiming("exec", 1_000, 4_000)))
                .orElseThrow();
        assertThat(chart.steps().stream()
                        .map(bar -> bar.place() + " " + bar.name() + " " + bar.x() + " " + bar.width()))
                .containsExactly(
                        "server request 0 100",
                        "server commit 100 100",
                        "server push 200 50",
                        "server accept 250 150",
                        "host queue 400 100",
                        "host exec 500 400",
                        "server report 900 100");
        assertThat(chart.total()).isEqualTo("10.0 ms");
    }

    @Test
    void hasTheHostsStepsEndBeforeTheirReportHoweverItsClockRuns() {
        ChangeTimeline timeline = new ChangeTimeline(1_000, 1_000, 1_000, 1_000, 1_000);
        TimelineChart chart = of(Optional.of(timeline), List.of(new StepTiming("exec", 0, 2_000)))
                .orElseThrow();
        assertThat(chart.steps().stream().map(bar -> bar.name() + " " + bar.started()))
                .contains("exec 3.00 ms", "report 5.00 ms");
        assertThat(chart.total()).isEqualTo("5.00 ms");
    }

    @Test
    void drawsARestartFromItsStopOn() {
        TimelineChart chart = of(
                        Optional.of(new ChangeTimeline(1_000, 1_000, 1_000, 1_000, 10_056_000)),
                        List.of(
                                new StepTiming("terminate", 0, 1_000),
                                new StepTiming("await end", 1_000, 10_000_000),
                                new StepTiming("exec", 10_001_000, 50_000)))
                .orElseThrow();

        assertThat(chart.steps().stream().map(TimelineChart.Bar::name))
                .containsExactly("request", "commit", "push", "accept", "terminate", "await end", "exec", "report");
        assertThat(chart.total()).isEqualTo("10.06 s");
        assertThat(chart.steps().stream().filter(TimelineChart.Bar::longest).map(TimelineChart.Bar::name))
                .containsExactly("await end");
    }

    @Test
    void keepsAStepOfNoTimeVisibleAndInside() {
        TimelineChart chart = of(
                        Optional.empty(),
                        List.of(new StepTiming("long", 0, 1_000_000), new StepTiming("none", 1_000_000, 0)))
                .orElseThrow();
        TimelineChart.Bar none = chart.steps().get(1);
        assertThat(none.width()).isPositive();
        assertThat(none.x() + none.width()).isLessThanOrEqualTo(1_000);
    }

    @Test
    void tellsDurationsInTheUnitAPersonWouldChoose() {
        assertThat(TimelineChart.micros(0)).isEqualTo("0 µs");
        assertThat(TimelineChart.micros(999)).isEqualTo("999 µs");
        assertThat(TimelineChart.micros(1_000)).isEqualTo("1.00 ms");
        assertThat(TimelineChart.micros(12_345)).isEqualTo("12.3 ms");
        assertThat(TimelineChart.micros(1_500_000)).isEqualTo("1.50 s");
    }
}

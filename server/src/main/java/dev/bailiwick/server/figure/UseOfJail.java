package dev.bailiwick.server.figure;

import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.server.figure.chart.ShownChart;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.figure.chart.Step.GaugeOfStep;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much of one thing a jail used in the last slot, and may use at most.
 *
 * @param measure {@code cpu} or {@code memory}
 * @param limit null for none
 * @param percent used of the limit, 0 to 100; 0 without a limit
 */
record UseOfJail(String measure, String used, @Nullable String limit, long percent) {

    private static final long MICROS_OF_SLOT_PER_MILLI_CPU = JailFigures.SLOT.toNanos() / 1_000 / 1_000;

    /** Returns what was measured in the slot. */
    static List<UseOfJail> of(Step last, Limits limits) {
        List<UseOfJail> use = new ArrayList<>();
        Long micros = last.used().get(Metric.CPU_TIME);
        if (micros != null) {
            Long most = limits.amounts().get(Limit.CPU_MILLIS);
            use.add(new UseOfJail(
                    "cpu",
                    ShownChart.percent(micros, JailFigures.SLOT).text(),
                    most == null
                            ? null
                            : ShownChart.percent(most * MICROS_OF_SLOT_PER_MILLI_CPU, JailFigures.SLOT)
                                    .text(),
                    percent(micros, most == null ? null : most * MICROS_OF_SLOT_PER_MILLI_CPU)));
        }
        GaugeOfStep memory = last.gauges().get(Metric.MEMORY);
        if (memory != null) {
            Long most = limits.amounts().get(Limit.MEMORY);
            use.add(new UseOfJail(
                    "memory", text(memory.mean()), most == null ? null : text(most), percent(memory.mean(), most)));
        }
        return use;
    }

    /** Writes a size in whole MiB, or KiB if it is smaller. */
    private static String text(long bytes) {
        long unit = bytes < 1 << 20 ? 1 << 10 : 1 << 20;
        return ByteSize.text((bytes + unit / 2) / unit * unit).replaceFirst("(?=[KMGT]iB)", " ");
    }

    private static long percent(long used, @Nullable Long most) {
        return most == null || most == 0 ? 0 : Math.min(100, Math.round(100.0 * used / most));
    }
}

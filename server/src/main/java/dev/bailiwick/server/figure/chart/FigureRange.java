package dev.bailiwick.server.figure.chart;

import dev.bailiwick.server.problem.ExpectedValue;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** The times that pages of figures offer. */
public enum FigureRange {
    HOURS("hours", Duration.ofHours(6)),
    DAY("day", Duration.ofDays(1)),
    WEEK("week", Duration.ofDays(7)),
    MONTH("month", Duration.ofDays(30)),
    YEAR("year", Duration.ofDays(365));

    private final String text;
    private final Duration length;

    FigureRange(String text, Duration length) {
        this.text = text;
        this.length = length;
    }

    /** @throws InvalidRequest if there is no such range */
    public static FigureRange parse(String text) {
        return Arrays.stream(values())
                .filter(range -> range.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidRequest("/range", ExpectedValue.oneOf(texts().stream())));
    }

    public static List<String> texts() {
        return Arrays.stream(values()).map(range -> range.text).toList();
    }

    /** Returns the time of this length that ends now. */
    public MetricWindow until(Instant now) {
        return MetricWindow.parse(now.minus(length).toString(), null, null, now);
    }
}

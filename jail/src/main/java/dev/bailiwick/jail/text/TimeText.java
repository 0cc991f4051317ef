package dev.bailiwick.jail.text;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes times in sentences and on pages: to the second, in UTC. */
public final class TimeText {

    private static final DateTimeFormatter EXACT = DateTimeFormatter.ofPattern(
                    "d MMMM yyyy, HH:mm:ss 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private TimeText() {}

    /** Returns for example {@code 28 November 2026, 17:48:51 UTC}. */
    public static String of(Instant time) {
        return EXACT.format(time);
    }

    /** Returns for example {@code 8 seconds}, {@code 1.5 seconds} or {@code 1 second}; to the millisecond. */
    public static String duration(Duration duration) {
        String seconds =
                BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString();
        return seconds + (seconds.equals("1") ? " second" : " seconds");
    }
}

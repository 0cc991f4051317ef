package dev.bailiwick.server.page;

import dev.bailiwick.jail.text.TimeText;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A time as a page shows it: relative in words, exact on hover.
 *
 * @param at the time itself
 * @param words the distance from the time of rendering, for example "3 minutes ago"
 */
public record Moment(Instant at, String words) {

    /** Returns {@code at} as shown at {@code now}. */
    public static Moment of(Instant at, Instant now) {
        return new Moment(at, words(Duration.between(at, now)));
    }

    /** Whether the times are equal; the words do not count, as a page has not changed when only they differ. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Moment moment && at.equals(moment.at);
    }

    @Override
    public int hashCode() {
        return at.hashCode();
    }

    /** Returns the time in RFC 3339, for programs, to the second. */
    public String iso() {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    public String exact() {
        return TimeText.of(at);
    }

    private static String words(Duration past) {
        Duration distance = past.abs();
        if (distance.toSeconds() < 5) {
            return "just now";
        }
        String amount = amount(distance);
        return past.isNegative() ? "in " + amount : amount + " ago";
    }

    /**
     * Returns the distance in the largest unit that fits, rounded. app.js updates the words in the same way while the page is open.
     */
    private static String amount(Duration distance) {
        long seconds = Math.round(distance.toMillis() / 1_000.0);
        if (seconds < 60) {
            return count(seconds, "second");
        }
        long minutes = Math.round(seconds / 60.0);
        if (minutes < 60) {
            return count(minutes, "minute");
        }
        long hours = Math.round(seconds / 3_600.0);
        if (hours < 24) {
            return count(hours, "hour");
        }
        return count(Math.round(seconds / 86_400.0), "day");
    }

    private static String count(long number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }
}

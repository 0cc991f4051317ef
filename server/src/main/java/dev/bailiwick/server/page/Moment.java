package dev.bailiwick.server.page;

import dev.bailiwick.jail.TimeText;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A time as a page tells it: relative in words, exact on hover.
 *
 * @param at the time itself
 * @param words how far it lies from the time of rendering, for example "3 minutes ago"
 */
public record Moment(Instant at, String words) {

    /** {@code at} as told at {@code now}. */
    public static Moment of(Instant at, Instant now) {
        return new Moment(at, words(Duration.between(at, now)));
    }

    /** Two tellings of one time are equal: a page that says the same in younger words has not changed. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Moment moment && at.equals(moment.at);
    }

    @Override
    public int hashCode() {
        return at.hashCode();
    }

    /** RFC 3339, for machines, to the second as for people. */
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

    /** In the largest unit that fits, rounded; app.js shows the same once the page has been open for a while. */
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

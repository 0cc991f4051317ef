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

    private static String amount(Duration distance) {
        if (distance.toSeconds() < 60) {
            return count(distance.toSeconds(), "second");
        }
        if (distance.toMinutes() < 60) {
            return count(distance.toMinutes(), "minute");
        }
        if (distance.toHours() < 24) {
            return count(distance.toHours(), "hour");
        }
        return count(distance.toDays(), "day");
    }

    private static String count(long number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }
}

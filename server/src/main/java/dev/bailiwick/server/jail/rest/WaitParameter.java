package dev.bailiwick.server.jail.rest;

import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.convert.DurationStyle;

/** The parameter that says how long an answer may wait for a host. */
public final class WaitParameter {

    private static final Duration MAX_WAIT = Duration.ofMinutes(1);

    private WaitParameter() {}

    /**
     * @throws InvalidRequest pointing to {@code pointer}, if the text is not a duration like {@code 10s} or
     *     {@code PT10S}, or is longer than a minute
     */
    public static Optional<Duration> parse(String pointer, Optional<String> text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            Duration wait = DurationStyle.detectAndParse(text.get());
            if (!wait.isNegative() && wait.compareTo(MAX_WAIT) <= 0) {
                return Optional.of(wait);
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidRequest(pointer, "must be a duration like 10s or PT10S");
        }
        throw new InvalidRequest(pointer, "must be 0 s to " + MAX_WAIT.toSeconds() + " s");
    }
}

package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The parameters of a request for a log, as they are given; null if they are absent. */
record LogQuery(
        @Nullable String since,
        @Nullable String until,
        @Nullable String tail,
        @Nullable String offset,
        @Nullable String grep) {

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    /** @throws InvalidRequest naming the parameter that is invalid */
    LogRead read(JailId jail) {
        return new LogRead(
                jail,
                number("/offset", offset, Long.MAX_VALUE),
                number("/tail", tail, LogRead.MAX_TAIL).stream()
                        .mapToInt(Math::toIntExact)
                        .mapToObj(OptionalInt::of)
                        .findFirst()
                        .orElse(OptionalInt.empty()),
                instant("/since", since),
                instant("/until", until),
                text(),
                Duration.ZERO);
    }

    private Optional<String> text() {
        if (grep != null && !LogRead.isSearchable(grep)) {
            throw new InvalidRequest("/grep", "must be 1 to " + LogRead.MAX_TEXT + " characters without a line break");
        }
        return Optional.ofNullable(grep);
    }

    private static OptionalLong number(String pointer, @Nullable String text, long maximum) {
        if (text == null) {
            return OptionalLong.empty();
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= maximum) {
                return OptionalLong.of(number);
            }
        } catch (NumberFormatException e) {
            throw new InvalidRequest(pointer, "must be a whole number");
        }
        throw new InvalidRequest(pointer, "must be 0 to " + maximum);
    }

    private static Optional<Instant> instant(String pointer, @Nullable String text) {
        try {
            Optional<Instant> time = Optional.ofNullable(text).map(Instant::parse);
            if (time.isPresent()
                    && (time.get().isBefore(Instant.EPOCH) || time.get().isAfter(LATEST))) {
                throw new InvalidRequest(pointer, "must be a time between 1970 and 9999");
            }
            return time;
        } catch (DateTimeParseException e) {
            throw new InvalidRequest(pointer, "must be a time such as 2026-11-30T12:00:00Z");
        }
    }
}

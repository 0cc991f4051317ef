package dev.bailiwick.jail.question;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What is read of the log of a jail. It begins at the last of the places that {@code from}, {@code tail} and {@code since} name, and
 * without any of them where the log begins.
 *
 * @param from the number of the first byte, counted from the first that the jail has ever written; 0 or more
 * @param tail how many lines before the end; 0 to {@link #MAX_TAIL}
 * @param since what was recorded before it is left out
 * @param until what was recorded at it or later is left out
 * @param containing only lines with this text, 1 to {@link #MAX_TEXT} characters without a line break; upper and lower case differ
 * @param patience how long to wait for output if there is none, up to {@link #MAX_WAIT}
 */
public record LogRead(
        JailId jail,
        OptionalLong from,
        OptionalInt tail,
        Optional<Instant> since,
        Optional<Instant> until,
        Optional<String> containing,
        Duration patience) {

    public static final int MAX_TAIL = 100_000;
    public static final int MAX_TEXT = 256;
    public static final Duration MAX_WAIT = Duration.ofSeconds(20);

    /** The bytes of output in an answer. */
    public static final int MAX_BYTES = 96 << 10;

    /** The parts of an answer. */
    public static final int MAX_ENTRIES = 2_000;

    /** The bytes of a line in a search. A longer one counts as several. */
    public static final int MAX_LINE_BYTES = 64 << 10;

    /** @throws InvalidValue naming what is out of range */
    public LogRead {
        if (from.isPresent() && from.getAsLong() < 0) {
            throw new InvalidValue("must begin at a byte from 0 on");
        }
        if (tail.isPresent() && (tail.getAsInt() < 0 || tail.getAsInt() > MAX_TAIL)) {
            throw new InvalidValue("must have a tail of 0 to " + MAX_TAIL + " lines");
        }
        if (containing.isPresent() && !isSearchable(containing.get())) {
            throw new InvalidValue("must search for 1 to " + MAX_TEXT + " characters without a line break");
        }
        if (patience.isNegative() || patience.compareTo(MAX_WAIT) > 0) {
            throw new InvalidValue("must wait for 0 to " + MAX_WAIT.toMillis() + " ms");
        }
    }

    /** Returns whether a log can be searched for this text. */
    public static boolean isSearchable(String text) {
        return !text.isEmpty() && text.length() <= MAX_TEXT && text.indexOf('\n') < 0;
    }

    /** Returns the rest of what is read, after an answer that ended before this byte. */
    public LogRead after(long next) {
        return new LogRead(
                jail, OptionalLong.of(next), OptionalInt.empty(), Optional.empty(), until, containing, patience);
    }

    /** Returns the rest of what is read, after this answer. As long as no output came, {@code since} may be a time that is yet to come. */
    public LogRead after(LogPart part) {
        return new LogRead(
                jail,
                OptionalLong.of(part.next()),
                OptionalInt.empty(),
                part.entries().isEmpty() ? since : Optional.empty(),
                until,
                containing,
                patience);
    }

    /** Returns the same, without a wait or with another. */
    public LogRead waiting(Duration other) {
        return new LogRead(jail, from, tail, since, until, containing, other);
    }

    /** Returns the text that lines must contain, in UTF-8; empty if all lines are read. */
    public Optional<byte[]> pattern() {
        return containing.map(text -> text.getBytes(StandardCharsets.UTF_8));
    }
}

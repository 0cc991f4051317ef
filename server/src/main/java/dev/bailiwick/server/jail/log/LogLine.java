package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.question.LogEntry.Source;
import java.time.Instant;

/** What is shown of a log: a line, or a gap. */
sealed interface LogLine {

    /** Returns the number of its first byte. */
    long offset();

    /** Returns the number of the byte after it, including its line break. */
    long next();

    Instant at();

    /**
     * A line.
     *
     * @param content without its line break
     * @param isWhole whether it has one; without it, it may continue
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Text(long offset, Instant at, Source source, byte[] content, boolean isWhole) implements LogLine {

        @Override
        public long next() {
            return offset + content.length + (isWhole ? 1 : 0);
        }
    }

    /** @param lost how many bytes are missing before the offset */
    record Gap(long offset, Instant at, long lost) implements LogLine {

        @Override
        public long next() {
            return offset;
        }
    }
}

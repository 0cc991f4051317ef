package dev.bailiwick.jail.question;

import java.time.Instant;

/** A part of the log of a jail. */
public sealed interface LogEntry {

    /** Returns the number of its first byte; for a gap, that of the first byte after the gap. */
    long offset();

    /** Returns when it was recorded, within about a tenth of a second. */
    Instant at();

    /** Bytes that the jail has written, to one of its outputs. The array is not copied, and must not be changed. */
    @SuppressWarnings("ArrayRecordComponent")
    record Output(long offset, Instant at, Source source, byte[] content) implements LogEntry {}

    /**
     * Bytes before the offset are missing: there was no space for them, or they were too old to be kept.
     *
     * @param lost their number; 0 if no agent ran before the offset, so that the jail's output waited and may be older than the log says
     */
    record Gap(long offset, Instant at, long lost) implements LogEntry {}

    /** Where a jail has written. */
    enum Source {
        /** The standard output or error of its first process, which share a pipe. */
        OUTPUT,
        /** The console of a system. */
        CONSOLE
    }
}

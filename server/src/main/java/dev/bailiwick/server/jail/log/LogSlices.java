package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Divides a part of a log into slices of at most {@value #MAX_LINES} lines. A part may have nearly a hundred thousand empty lines, each of
 * which takes a hundred times its size or more when it is written for a reader.
 */
final class LogSlices {

    static final int MAX_LINES = 500;

    private final List<LogPart> slices = new ArrayList<>();
    private final List<LogEntry> entries = new ArrayList<>();
    private int lines;

    private LogSlices() {}

    /** Returns slices with the same bytes and gaps as the part, at least one; only the last may be at the end of the log. */
    static List<LogPart> of(LogPart part) {
        LogSlices divided = new LogSlices();
        for (LogEntry entry : part.entries()) {
            switch (entry) {
                case LogEntry.Output output -> divided.add(output);
                case LogEntry.Gap gap -> divided.add(gap, gap.offset());
            }
        }
        divided.slices.add(new LogPart(divided.entries, part.next(), part.atEnd()));
        return divided.slices;
    }

    private void add(LogEntry.Output output) {
        byte[] content = output.content();
        int from = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\n' && lines + 1 < MAX_LINES) {
                lines++;
            } else if (content[i] == '\n') {
                add(cut(output, from, i + 1), output.offset() + i + 1);
                from = i + 1;
            }
        }
        if (from < content.length) {
            // Its last line has no end, or is counted twice.
            add(cut(output, from, content.length), output.offset() + content.length);
        }
    }

    private void add(LogEntry entry, long next) {
        entries.add(entry);
        lines++;
        if (lines >= MAX_LINES) {
            slices.add(new LogPart(entries, next, false));
            entries.clear();
            lines = 0;
        }
    }

    private static LogEntry.Output cut(LogEntry.Output output, int from, int to) {
        return new LogEntry.Output(
                output.offset() + from, output.at(), output.source(), Arrays.copyOfRange(output.content(), from, to));
    }
}

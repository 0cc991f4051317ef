package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogEntry.Source;
import dev.bailiwick.jail.question.LogRead;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Makes lines of the parts of a log. It holds a line that has not ended, up to {@link LogRead#MAX_LINE_BYTES}. */
final class LineSplitter {

    private final ByteArrayOutputStream open = new ByteArrayOutputStream();
    private long begin;
    private Instant at = Instant.EPOCH;
    private Source source = Source.OUTPUT;

    /** Returns the lines that end in these parts. */
    List<LogLine> split(List<LogEntry> entries) {
        List<LogLine> lines = new ArrayList<>();
        for (LogEntry entry : entries) {
            switch (entry) {
                case LogEntry.Output output -> split(output, lines);
                case LogEntry.Gap gap -> {
                    lines.addAll(rest());
                    lines.add(new LogLine.Gap(gap.offset(), gap.at(), gap.lost()));
                }
            }
        }
        return lines;
    }

    private void split(LogEntry.Output output, List<LogLine> lines) {
        if (output.offset() != begin + open.size() || output.source() != source) {
            lines.addAll(rest());
        }
        byte[] content = output.content();
        int from = 0;
        for (int i = 0; i < content.length; i++) {
            if (open.size() == 0 && i == from) {
                begin = output.offset() + from;
                at = output.at();
                source = output.source();
            }
            if (content[i] == '\n') {
                open.write(content, from, i - from);
                lines.add(new LogLine.Text(begin, at, source, open.toByteArray(), true));
                open.reset();
                begin = output.offset() + i + 1;
                from = i + 1;
            } else if (open.size() + i - from + 1 >= LogRead.MAX_LINE_BYTES) {
                open.write(content, from, i + 1 - from);
                lines.addAll(rest());
                from = i + 1;
            }
        }
        open.write(content, from, content.length - from);
    }

    /** Returns the line that has not ended, if there is one, and no longer holds it. */
    List<LogLine> rest() {
        if (open.size() == 0) {
            return List.of();
        }
        LogLine line = new LogLine.Text(begin, at, source, open.toByteArray(), false);
        begin += open.size();
        open.reset();
        return List.of(line);
    }
}

package dev.bailiwick.server.jail.log;

import dev.bailiwick.server.jail.log.AnsiText.Run;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * A line of a log, or a gap in it, on a page.
 *
 * @param lost how many bytes are missing; negative for a line
 */
record ShownLine(String iso, String date, String time, List<Run> runs, long lost) {

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    static ShownLine of(LogLine line) {
        return switch (line) {
            case LogLine.Text text -> of(text.at(), AnsiText.of(text.content()), -1);
            case LogLine.Gap gap -> of(gap.at(), List.of(), gap.lost());
        };
    }

    private static ShownLine of(Instant at, List<Run> runs, long lost) {
        return new ShownLine(at.toString(), DATE.format(at), TIME.format(at), runs, lost);
    }
}

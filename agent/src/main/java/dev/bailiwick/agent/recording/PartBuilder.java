package dev.bailiwick.agent.recording;

import dev.bailiwick.agent.recording.TimeIndex.Mark;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogRead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Collects an answer, and limits its size. */
final class PartBuilder {

    private final List<LogEntry> entries = new ArrayList<>();
    private int bytes;

    /** Returns whether there is room for a gap, and for so many bytes after it; an answer without output has room in any case. */
    boolean hasRoom(int more) {
        return entries.size() + 2 <= LogRead.MAX_ENTRIES && (bytes == 0 || bytes + more <= LogRead.MAX_BYTES);
    }

    /** Returns for how many more bytes there is room. */
    int room() {
        return LogRead.MAX_BYTES - bytes;
    }

    void add(long offset, Mark mark, byte[] content) {
        entries.add(new LogEntry.Output(offset, Instant.ofEpochMilli(mark.millis()), mark.source(), content));
        bytes += content.length;
    }

    void addGap(long offset, Mark after, long lost) {
        entries.add(new LogEntry.Gap(offset, Instant.ofEpochMilli(after.millis()), lost));
    }

    /** @param next where the rest begins */
    LogPart rest(long next) {
        return new LogPart(entries, next, false);
    }

    LogPart end(long next) {
        return new LogPart(entries, next, true);
    }
}

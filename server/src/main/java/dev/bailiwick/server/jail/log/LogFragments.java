package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.server.jail.log.LogStream.LogWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.TemplateSpec;
import org.thymeleaf.context.Context;
import org.thymeleaf.templatemode.TemplateMode;

/** Writes lines of a log as a part of its page, in events whose id is the number of the byte after them. */
@Component
class LogFragments {

    /** Nobody reads faster; what a jail writes beyond it is left out of the page, with a note. */
    static final int MAX_BEHIND = 1_000;

    private final ITemplateEngine templates;

    LogFragments(ITemplateEngine templates) {
        this.templates = templates;
    }

    /** @param first with which the page begins to read; with a tail of {@link #MAX_BEHIND} lines, unless it searches */
    LogWriter writer(LogRead first) {
        LineSplitter splitter = new LineSplitter();
        return new LogWriter() {

            private long next =
                    first.containing().isPresent() ? -1 : first.from().orElse(-1);

            @Override
            public byte[] write(LogPart part, boolean isLast) {
                List<LogLine> lines = new ArrayList<>(splitter.split(part.entries()));
                if (isLast) {
                    lines.addAll(splitter.rest());
                }
                if (lines.isEmpty()) {
                    return LogFormat.EVENTS.nothing();
                }
                long begin = lines.getFirst().offset();
                if (next >= 0 && begin > next && lines.getFirst() instanceof LogLine.Text text) {
                    lines.addFirst(new LogLine.Gap(begin, text.at(), begin - next));
                }
                next = lines.getLast().next();
                return event(lines);
            }

            @Override
            public LogRead next(LogRead read, LogPart part) {
                if (read.containing().isPresent()) {
                    // Lines between those that are found are no gap.
                    next = -1;
                    return read.after(part.next());
                }
                return new LogRead(
                        read.jail(),
                        OptionalLong.of(part.next()),
                        OptionalInt.of(MAX_BEHIND),
                        read.since(),
                        read.until(),
                        read.containing(),
                        Duration.ZERO);
            }

            @Override
            public boolean isPaced() {
                return true;
            }
        };
    }

    private byte[] event(List<LogLine> lines) {
        Context context = new Context(
                Locale.ENGLISH,
                Map.of("lines", lines.stream().map(ShownLine::of).toList()));
        String html = templates.process(
                new TemplateSpec("jails/log-lines", Set.of("lines"), TemplateMode.HTML, null), context);
        String data = html.lines().map(line -> "data: " + line + "\n").collect(Collectors.joining());
        return ("id: " + lines.getLast().next() + "\n" + data + "\n").getBytes(StandardCharsets.UTF_8);
    }
}

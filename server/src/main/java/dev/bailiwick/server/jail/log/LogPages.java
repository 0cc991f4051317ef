package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.log.JailLogs.LoggedJail;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/** The page with the log of a jail: its end, or what was searched for. A script adds what the jail writes later. */
@Controller
class LogPages {

    private static final String SHOWN_TAIL = "500";
    private static final String END_TAIL = "10";
    private static final int MAX_LINES = 500;
    private static final int MAX_BYTES = 1 << 20;
    private static final Duration MAX_SEARCH = Duration.ofSeconds(3);

    private final JailLogs logs;
    private final LogStreams streams;
    private final LogFragments fragments;

    LogPages(JailLogs logs, LogStreams streams, LogFragments fragments) {
        this.logs = logs;
        this.streams = streams;
        this.fragments = fragments;
    }

    /**
     * What is shown, and where the rest begins.
     *
     * @param bound what the host keeps of the log, in bytes; empty if it does not say
     */
    private record Shown(List<LogLine> lines, long next, boolean atEnd, OptionalLong bound) {}

    @GetMapping("/jails/{id}/log")
    ModelAndView show(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String grep,
            @RequestParam(defaultValue = "") String since,
            @RequestParam(defaultValue = "") String until,
            @RequestParam(defaultValue = "") String offset) {
        LoggedJail jail = logs.find(caller, new JailId(PathIds.uuid(id)));
        ModelAndView page = new ModelAndView("jails/log");
        page.addObject("jail", jail)
                .addObject("grep", grep)
                .addObject("since", since)
                .addObject("until", until)
                .addObject("errors", Map.of())
                .addObject("lines", List.of())
                .addObject("more", false)
                .addObject("follows", false);
        try {
            boolean isTail = (grep + since + until + offset).isBlank();
            LogRead read = new LogQuery(
                            given(since), given(until), isTail ? SHOWN_TAIL : null, given(offset), given(grep))
                    .read(jail.id());
            Shown shown = shown(jail, read);
            page.addObject("lines", shown.lines().stream().map(ShownLine::of).toList())
                    .addObject("next", shown.next())
                    .addObject("kept", kept(shown.bound()))
                    .addObject("more", !shown.atEnd())
                    .addObject("follows", shown.atEnd() && until.isBlank() && !jail.isRemoved());
        } catch (InvalidRequest invalid) {
            page.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
            page.addObject(
                    "errors",
                    invalid.violations().stream()
                            .collect(Collectors.groupingBy(
                                    violation -> violation.pointer().substring(1),
                                    Collectors.mapping(Violation::message, Collectors.toList()))));
        } catch (LogUnreadable unreadable) {
            page.setStatus(HttpStatus.SERVICE_UNAVAILABLE);
            page.addObject("unreadable", String.valueOf(unreadable.getMessage()));
        }
        return page;
    }

    /** Shows the last lines, as a part of another page. */
    @GetMapping("/jails/{id}/log/end")
    ModelAndView end(Caller caller, @PathVariable String id) {
        LoggedJail jail = logs.find(caller, new JailId(PathIds.uuid(id)));
        ModelAndView part = new ModelAndView("jails/log-end :: lines");
        try {
            LogRead read = new LogQuery(null, null, END_TAIL, null, null).read(jail.id());
            part.addObject(
                    "lines",
                    shown(jail, read).lines().stream().map(ShownLine::of).toList());
        } catch (LogUnreadable unreadable) {
            part.addObject("lines", List.of()).addObject("unreadable", String.valueOf(unreadable.getMessage()));
        }
        return part;
    }

    private static @Nullable String kept(OptionalLong bound) {
        return bound.isEmpty() ? null : ByteSize.rounded(bound.getAsLong(), RoundingMode.HALF_UP);
    }

    private static @Nullable String given(String text) {
        return text.isBlank() ? null : text.strip();
    }

    private Shown shown(LoggedJail jail, LogRead read) {
        long deadline = System.nanoTime() + MAX_SEARCH.toNanos();
        LineSplitter splitter = new LineSplitter();
        List<LogLine> lines = new ArrayList<>();
        LogRead asked = read;
        int bytes = 0;
        while (true) {
            LogPart part = logs.read(jail, asked);
            for (LogPart slice : LogSlices.of(part)) {
                lines.addAll(splitter.split(slice.entries()));
                bytes += LogFormat.plain(slice.entries()).length;
                if (lines.size() > MAX_LINES) {
                    List<LogLine> first = lines.subList(0, MAX_LINES);
                    return new Shown(first, first.getLast().next(), false, part.bound());
                }
            }
            if (part.atEnd()) {
                lines.addAll(splitter.rest());
                return new Shown(lines, part.next(), true, part.bound());
            }
            if (bytes > MAX_BYTES || System.nanoTime() > deadline) {
                return new Shown(
                        lines, lines.isEmpty() ? part.next() : lines.getLast().next(), false, part.bound());
            }
            asked = asked.after(part.next());
        }
    }

    /** Sends the lines that the jail writes later, as fragments of the page. */
    @GetMapping("/jails/{id}/log/live")
    ResponseEntity<ResponseBodyEmitter> live(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String grep,
            @RequestParam(defaultValue = "0") String from,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last,
            HttpServletRequest request) {
        LoggedJail jail = logs.find(caller, new JailId(PathIds.uuid(id)));
        String text = given(grep);
        String tail = text == null ? String.valueOf(LogFragments.MAX_BEHIND) : null;
        LogRead read = new LogQuery(null, null, tail, last == null ? from : last, text).read(jail.id());
        return ResponseEntity.ok()
                .contentType(LogFormat.EVENTS.type())
                .headers(LogStreams::keepPrivate)
                .body(streams.open(request, caller, jail, read, fragments.writer(read), true));
    }

    /** Returns what the page is about as a file. */
    @GetMapping("/jails/{id}/log/text")
    ResponseEntity<ResponseBodyEmitter> download(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String grep,
            @RequestParam(defaultValue = "") String since,
            @RequestParam(defaultValue = "") String until,
            HttpServletRequest request) {
        LoggedJail jail = logs.find(caller, new JailId(PathIds.uuid(id)));
        LogRead read = new LogQuery(given(since), given(until), null, null, given(grep)).read(jail.id());
        return ResponseEntity.ok()
                .contentType(LogFormat.TEXT.type())
                .headers(LogStreams::keepPrivate)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(jail.name() + ".log")
                                .build()
                                .toString())
                .body(streams.open(request, caller, jail, read, (part, _) -> LogFormat.plain(part.entries()), false));
    }
}

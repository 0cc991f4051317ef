package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.stream.TooManyStreams;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.log.JailLogs.LoggedJail;
import dev.bailiwick.server.jail.log.LogStream.LogWriter;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import tools.jackson.databind.json.JsonMapper;

/** The API for the logs of jails. */
@RestController
class LogResource {

    private final JailLogs logs;
    private final LogStreams streams;
    private final JsonMapper json;

    LogResource(JailLogs logs, LogStreams streams, JsonMapper json) {
        this.logs = logs;
        this.streams = streams;
        this.json = json;
    }

    @Fails({JailNotFound.class, RightMissing.class, LogUnreadable.class, TooManyStreams.class})
    @Operation(
            operationId = "readLog",
            summary = "Read what a jail has written",
            description =
                    "Also of a jail that does not run, and of a removed one whose files were kept. The bytes are numbered from the first that the jail has ever written; the log begins at the last of the places that offset, tail and since name. Text is what the jail wrote, byte by byte. NDJSON and events have a document for each line, with its offset, its time and its text, or base64 if it is not UTF-8; a document with 'lost' stands for missing bytes. Without follow, the last document of NDJSON has only 'end', the offset at which the log goes on; without it, the answer is not whole. The id of an event is the offset after it, from which a reader that sends it as Last-Event-ID goes on.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content = {
                                @Content(mediaType = "text/plain", schema = @Schema(type = "string")),
                                @Content(
                                        mediaType = "application/x-ndjson",
                                        schema =
                                                @Schema(
                                                        oneOf = {
                                                            LogFormat.LineDocument.class,
                                                            LogFormat.EndDocument.class
                                                        })),
                                @Content(mediaType = "text/event-stream", schema = @Schema(type = "string"))
                            }))
    @GetMapping("/api/v1/jails/{id}/logs")
    ResponseEntity<ResponseBodyEmitter> read(
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = "The time from which on, for example 2026-11-30T00:00:00Z")
                    @RequestParam(required = false)
                    @Nullable
                    String since,
            @Parameter(description = "The time before which; not with follow") @RequestParam(required = false) @Nullable
                    String until,
            @Parameter(description = "How many lines before the end, 0 to 100,000; of them those that grep chooses")
                    @RequestParam(required = false)
                    @Nullable
                    String tail,
            @Parameter(description = "The number of the first byte") @RequestParam(required = false) @Nullable
                    String offset,
            @Parameter(
                            description =
                                    "Only lines with this text of 1 to 256 characters; upper and lower case differ. A line longer than 65,536 bytes counts as several.")
                    @RequestParam(required = false)
                    @Nullable
                    String grep,
            @Parameter(description = "Whether to go on with what the jail writes later")
                    @RequestParam(defaultValue = "false")
                    boolean follow,
            @Parameter(description = "text, ndjson or events; by default as the header Accept prefers, otherwise text")
                    @RequestParam(required = false)
                    @Nullable
                    String format,
            @Parameter(hidden = true) @RequestHeader(name = "Accept", required = false) @Nullable String accept,
            @Parameter(hidden = true) @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last,
            HttpServletRequest request) {
        LogFormat wanted = LogFormat.wanted(format, accept);
        LogQuery query = last == null
                ? new LogQuery(since, until, tail, offset, grep)
                : new LogQuery(null, until, null, last, grep);
        LogRead read = query.read(id);
        if (follow && until != null) {
            throw new InvalidRequest("/until", "cannot be combined with follow");
        }
        LoggedJail jail = logs.find(caller, id);
        return ResponseEntity.ok()
                .contentType(wanted.type())
                .headers(LogStreams::keepPrivate)
                .body(streams.open(request, caller, jail, read, writer(wanted, follow), follow));
    }

    private LogWriter writer(LogFormat format, boolean follows) {
        if (format == LogFormat.TEXT) {
            return (part, _) -> LogFormat.plain(part.entries());
        }
        LineSplitter splitter = new LineSplitter();
        return (part, isLast) -> {
            List<LogLine> lines = splitter.split(part.entries());
            if (isLast) {
                lines.addAll(splitter.rest());
            }
            if (follows) {
                // So that a connection that is no longer read is found.
                return lines.isEmpty() ? format.nothing() : format.write(lines, json);
            }
            return isLast ? format.writeLast(lines, part.next(), json) : format.write(lines, json);
        };
    }
}

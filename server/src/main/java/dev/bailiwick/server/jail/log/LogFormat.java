package dev.bailiwick.server.jail.log;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/** The forms in which the API answers with a log. */
enum LogFormat {
    /** The bytes as the jail wrote them. */
    TEXT(new MediaType("text", "plain", StandardCharsets.UTF_8)),
    /** A line of JSON for each line. */
    NDJSON(MediaType.APPLICATION_NDJSON),
    /** An event for each line, whose id is the number of the byte after it. */
    EVENTS(MediaType.TEXT_EVENT_STREAM);

    private final MediaType type;

    LogFormat(MediaType type) {
        this.type = type;
    }

    MediaType type() {
        return type;
    }

    /**
     * A line of a log, or a gap in it.
     *
     * @param offset the number of its first byte
     * @param stream {@code output} or {@code console}; null for a gap
     * @param text null for a gap, and for bytes that are not UTF-8
     * @param base64 the bytes if they are not UTF-8
     * @param partial true if it may continue in the next; otherwise null
     * @param lost the number of missing bytes before the offset; null for a line
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record LineDocument(
            long offset,
            Instant at,
            @Nullable String stream,
            @Nullable String text,
            @Nullable String base64,
            @Nullable Boolean partial,
            @Nullable Long lost) {

        static LineDocument of(LogLine line) {
            return switch (line) {
                case LogLine.Gap gap -> new LineDocument(gap.offset(), gap.at(), null, null, null, null, gap.lost());
                case LogLine.Text text -> {
                    String decoded = decode(text.content());
                    yield new LineDocument(
                            text.offset(),
                            text.at(),
                            text.source().name().toLowerCase(Locale.ROOT),
                            decoded,
                            decoded == null ? Base64.getEncoder().encodeToString(text.content()) : null,
                            text.isWhole() ? null : true,
                            null);
                }
            };
        }

        private static @Nullable String decode(byte[] content) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(content))
                        .toString();
            } catch (CharacterCodingException e) {
                return null;
            }
        }
    }

    /**
     * The last document of a whole answer.
     *
     * @param end the number of the byte after the last one that was read, with which the log goes on
     */
    record EndDocument(@Schema(requiredMode = REQUIRED) long end) {}

    /**
     * Returns the form that a request wants.
     *
     * @param format the parameter; null if it is absent
     * @param accept the header {@code Accept}; null if it is absent
     * @throws InvalidRequest if the parameter has another value than {@code text}, {@code ndjson} and {@code events}
     */
    static LogFormat wanted(@Nullable String format, @Nullable String accept) {
        if (format == null) {
            String first = accept == null ? "" : accept.toLowerCase(Locale.ROOT);
            return first.startsWith("application/x-ndjson")
                    ? NDJSON
                    : first.startsWith("text/event-stream") ? EVENTS : TEXT;
        }
        return switch (format) {
            case "text" -> TEXT;
            case "ndjson" -> NDJSON;
            case "events" -> EVENTS;
            default -> throw new InvalidRequest("/format", "must be text, ndjson or events");
        };
    }

    /** Returns the bytes of parts of a log, as the jail wrote them. */
    static byte[] plain(List<LogEntry> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (LogEntry entry : entries) {
            if (entry instanceof LogEntry.Output output) {
                bytes.writeBytes(output.content());
            }
        }
        return bytes.toByteArray();
    }

    /** Returns what a reader ignores. */
    byte[] nothing() {
        return (this == EVENTS ? ":\n\n" : "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Returns lines in this form, which is not {@link #TEXT}. */
    byte[] write(List<LogLine> lines, JsonMapper json) {
        return text(lines, json).toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the last lines in this form, which is not {@link #TEXT}, and what says that they are the last.
     *
     * @param next the number of the byte after the last one that was read
     */
    byte[] writeLast(List<LogLine> lines, long next, JsonMapper json) {
        StringBuilder text = text(lines, json);
        if (this == NDJSON) {
            text.append(json.writeValueAsString(new EndDocument(next))).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private StringBuilder text(List<LogLine> lines, JsonMapper json) {
        StringBuilder text = new StringBuilder();
        for (LogLine line : lines) {
            String document = json.writeValueAsString(LineDocument.of(line));
            if (this == EVENTS) {
                text.append("id: ")
                        .append(line.next())
                        .append("\ndata: ")
                        .append(document)
                        .append("\n\n");
            } else {
                text.append(document).append('\n');
            }
        }
        return text;
    }
}

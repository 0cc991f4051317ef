package dev.bailiwick.server.figure;

import dev.bailiwick.server.problem.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** Answers as comma-separated values (RFC 4180), for those who want them instead of JSON. */
final class CsvFormat {

    static final MediaType TYPE = new MediaType("text", "csv", StandardCharsets.UTF_8);

    /** With which a spreadsheet begins a formula. */
    private static final String FORMULA = "=+-@\t\r";

    private CsvFormat() {}

    /**
     * Whether a request wants it.
     *
     * @param format the parameter; null if it is absent
     * @param accept the header {@code Accept}; null if it is absent
     * @throws InvalidRequest if the format is another than {@code json} and {@code csv}
     */
    static boolean isWanted(@Nullable String format, @Nullable String accept) {
        if (format == null) {
            return accept != null && accept.toLowerCase(Locale.ROOT).startsWith("text/csv");
        }
        return switch (format) {
            case "csv" -> true;
            case "json" -> false;
            default -> throw new InvalidRequest("/format", "must be json or csv");
        };
    }

    /** @param name of the file, without its ending */
    static ResponseEntity<byte[]> file(String name, byte[] content) {
        return ResponseEntity.ok()
                .contentType(TYPE)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(name + ".csv")
                                .build()
                                .toString())
                .body(content);
    }

    /** Returns a line with its end. */
    static String line(List<String> cells) {
        return cells.stream().map(CsvFormat::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    /** A text that a spreadsheet would take for a formula begins with an apostrophe. */
    private static String cell(String text) {
        String safe = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return safe.matches("(?s).*[\",\r\n].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }
}

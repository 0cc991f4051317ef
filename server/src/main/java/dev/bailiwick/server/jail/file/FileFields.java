package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the fields of requests about files; an error names the field. */
final class FileFields {

    private static final Pattern MODE = Pattern.compile("[0-7]{3,4}");

    /** Any version, in a condition. */
    private static final String ANY = "*";

    private FileFields() {}

    /** @throws InvalidRequest if it is missing or no path */
    static FilePath path(String field, @Nullable String text) {
        return read(field, () -> FilePath.parse(required(field, text)));
    }

    static <T> T read(String field, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (InvalidValue e) {
            throw new InvalidRequest("/" + field, e.reason());
        }
    }

    static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new InvalidRequest("/" + field, "is required");
        }
        return value;
    }

    /** Reads permissions: three or four octal digits. */
    static int mode(String field, @Nullable String text) {
        String digits = required(field, text);
        if (!MODE.matcher(digits).matches()) {
            throw new InvalidRequest("/" + field, "must be three or four octal digits, for example 0644");
        }
        return Integer.parseInt(digits, 8);
    }

    /** Reads what a new file is to have, and which one it may replace, as the API names both. */
    static FileRequest.End end(@Nullable String mode, @Nullable String ifMatch, @Nullable String ifNoneMatch) {
        if (ifNoneMatch != null && !ifNoneMatch.equals(ANY)) {
            throw new InvalidRequest("/If-None-Match", "must be * if it is there");
        }
        return new FileRequest.End(
                version(ifMatch),
                ifNoneMatch != null,
                mode == null ? OptionalInt.empty() : OptionalInt.of(mode("mode", mode)));
    }

    /** Returns the version that a condition names; empty for none, and for any. */
    static Optional<String> version(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.equals(ANY)) {
            return Optional.empty();
        }
        if (ifMatch.length() < 3 || !ifMatch.startsWith("\"") || !ifMatch.endsWith("\"") || ifMatch.contains(",")) {
            throw new InvalidRequest("/If-Match", "must be one ETag, or *");
        }
        return Optional.of(ifMatch.substring(1, ifMatch.length() - 1));
    }
}

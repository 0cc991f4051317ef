package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the fields of requests about files; an error names the field. */
final class FileFields {

    private static final Pattern MODE = Pattern.compile("[0-7]{3,4}");

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
}

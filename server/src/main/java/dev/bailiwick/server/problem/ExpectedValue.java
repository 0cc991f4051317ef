package dev.bailiwick.server.problem;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.bailiwick.jail.validation.InvalidValue;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.TypeMismatchException;

/** What a value must be, as a predicate: the reason of a rejection says which values a field can have. */
public final class ExpectedValue {

    private static final String UNKNOWN = "cannot have this value";

    private ExpectedValue() {}

    /** @param spellings each value of a closed choice, as a caller writes it */
    public static String oneOf(Stream<?> spellings) {
        return spellings.map(String::valueOf).collect(Collectors.joining(", ", "must be one of ", ""));
    }

    /** Returns what a field of JSON must be. */
    static String inJson(Class<?> type) {
        if (type.isEnum()) {
            return oneOf(Arrays.stream(type.getEnumConstants()).map(ExpectedValue::inJson));
        }
        if (type == String.class) {
            return "must be a text";
        }
        if (isSimple(type)) {
            return simple(type);
        }
        return Collection.class.isAssignableFrom(type) ? "must be a list" : "must be an object";
    }

    /** Returns what a parameter or a field of a form must be that was something else. */
    static String inForm(TypeMismatchException mismatch) {
        for (Throwable cause = mismatch.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidValue invalid) {
                return invalid.reason();
            }
        }
        Class<?> type = mismatch.getRequiredType();
        if (type == null) {
            return UNKNOWN;
        }
        if (type.isEnum()) {
            return oneOf(Arrays.stream(type.getEnumConstants()).map(constant -> ((Enum<?>) constant).name()));
        }
        return isSimple(type) ? simple(type) : UNKNOWN;
    }

    /** Returns whether more can be said of a text in JSON than that it cannot be read as this type. */
    static boolean isKnown(Class<?> type) {
        return type.isEnum()
                || isSimple(type)
                || Collection.class.isAssignableFrom(type)
                || Map.class.isAssignableFrom(type)
                || !type.getPackageName().startsWith("java.");
    }

    private static boolean isSimple(Class<?> type) {
        return isWholeNumber(type) || type == boolean.class || type == Boolean.class || type == Instant.class;
    }

    private static String simple(Class<?> type) {
        if (isWholeNumber(type)) {
            return "must be a whole number";
        }
        return type == Instant.class ? "must be a time such as 2030-01-31T12:00:00Z" : "must be true or false";
    }

    private static boolean isWholeNumber(Class<?> type) {
        return type == int.class || type == Integer.class || type == long.class || type == Long.class;
    }

    /** Returns a value as JSON has it; enumerations without names for JSON write themselves as they are in JSON. */
    private static String inJson(Object constant) {
        try {
            JsonProperty named =
                    constant.getClass().getField(((Enum<?>) constant).name()).getAnnotation(JsonProperty.class);
            return named == null ? constant.toString() : named.value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("each constant is a field", e);
        }
    }
}

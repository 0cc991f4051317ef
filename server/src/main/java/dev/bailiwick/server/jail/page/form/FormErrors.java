package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.validation.Violation;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The errors of a definition, by the fields of the form. */
public final class FormErrors {

    /** The fields of the form, and the additional field of an edit. */
    private static final Set<String> FIELDS = Stream.concat(
                    Stream.of(JailForm.class.getRecordComponents()).map(RecordComponent::getName),
                    Stream.of("previousFiles"))
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern OVERRIDE =
            Pattern.compile("/policy/overrides/(\\d+)(?:/(call|decision|reason|until))?(?:/.*)?");
    /** A row of a field, or the place to paste several rows. */
    private static final Pattern ROW = Pattern.compile("[A-Za-z]+(\\[\\d+]|\\.lines)");

    private static final Pattern LIMIT = Pattern.compile("/limits/([A-Za-z]+)");

    private FormErrors() {}

    /**
     * Returns the messages by field, in the order of the violations. Messages that belong to no field have the empty
     * name.
     */
    public static Map<String, List<String>> of(List<Violation> violations, JailForm form) {
        Map<String, List<String>> errors = new LinkedHashMap<>();
        for (Violation violation : violations) {
            errors.computeIfAbsent(field(violation.pointer(), form), _ -> new ArrayList<>())
                    .add(violation.message());
        }
        return errors;
    }

    private static String field(String pointer, JailForm form) {
        Matcher override = OVERRIDE.matcher(pointer);
        if (override.matches()) {
            return "overrides[" + override.group(1) + "]." + (override.group(2) == null ? "call" : override.group(2));
        }
        Matcher limit = LIMIT.matcher(pointer);
        if (limit.matches()) {
            return "limits." + limit.group(1);
        }
        if (pointer.equals("/ip") || pointer.startsWith("/ip/")) {
            return address(pointer, form);
        }
        if (pointer.startsWith("/policy")) {
            return "profile";
        }
        String[] parts = pointer.split("/", 3);
        String first = parts.length < 2 ? "" : parts[1];
        if (ROW.matcher(first).matches()) {
            return first;
        }
        if (!FIELDS.contains(first)) {
            return "";
        }
        return parts.length < 3 ? first : first + row(form.rows().get(first), parts[2].replaceFirst("/.*", ""));
    }

    /** Returns the index of the row that a part of a pointer names, in brackets; empty if no row has that name. */
    private static String row(@Nullable Rows rows, String part) {
        return switch (rows) {
            case TextRows texts ->
                part.matches("\\d{1,9}")
                                && Integer.parseInt(part) < texts.filled().size()
                        ? "[" + part + "]"
                        : "";
            case PairRows pairs -> {
                int at = pairs.indexOf(part.replace("~1", "/").replace("~0", "~"));
                yield at < 0 ? "" : "[" + at + "]";
            }
            case null -> "";
        };
    }

    /** Returns the field of an address. The list of addresses holds only those that the user typed. */
    private static String address(String pointer, JailForm form) {
        if (form.ipv4().isBlank() && !form.ipv6().isBlank()) {
            return "ipv6";
        }
        return pointer.equals("/ip/1") ? "ipv6" : "ipv4";
    }
}

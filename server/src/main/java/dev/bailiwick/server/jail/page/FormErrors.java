package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.Violation;
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

/** Finds the form's field for each thing wrong with a definition. */
final class FormErrors {

    /** Those of the form, and what an edit asks besides. */
    private static final Set<String> FIELDS = Stream.concat(
                    Stream.of(JailForm.class.getRecordComponents()).map(RecordComponent::getName),
                    Stream.of("previousFiles"))
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern OVERRIDE =
            Pattern.compile("/policy/overrides/(\\d+)(?:/(call|decision|reason|until))?(?:/.*)?");
    private static final Pattern LIMIT = Pattern.compile("/limits/(memory|processes|cpuMillis)");

    private FormErrors() {}

    /** By field, in the order found; what concerns no field is under the empty name. */
    static Map<String, List<String>> of(List<Violation> violations, JailForm form) {
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
            return limit.group(1);
        }
        if (pointer.equals("/ip") || pointer.startsWith("/ip/")) {
            return address(pointer, form);
        }
        if (pointer.startsWith("/policy")) {
            return "profile";
        }
        String first = pointer.split("/", 3).length < 2 ? "" : pointer.split("/", 3)[1];
        return FIELDS.contains(first) ? first : "";
    }

    /** The list of addresses holds only those that were typed. */
    private static String address(String pointer, JailForm form) {
        if (form.ipv4().isBlank() && !form.ipv6().isBlank()) {
            return "ipv6";
        }
        return pointer.equals("/ip/1") ? "ipv6" : "ipv4";
    }
}

package dev.bailiwick.server.page;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is wrong with the fields of a form, for its page. */
public final class FieldErrors {

    private FieldErrors() {}

    /**
     * Returns the messages by field. The elements of a list belong to its field.
     *
     * @param general the field that shows a failure that concerns no field
     */
    public static Map<String, List<String>> of(Failure failure, String general) {
        Map<String, List<String>> errors = new HashMap<>();
        for (Violation violation : failure.violations()) {
            errors.computeIfAbsent(violation.pointer().substring(1).replaceFirst("/.*", ""), _ -> new ArrayList<>())
                    .add(violation.message());
        }
        if (errors.isEmpty()) {
            errors.put(general, List.of(failure.detail()));
        }
        return errors;
    }
}

package dev.bailiwick.server.request;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks texts that users type. */
public final class FreeText {

    private FreeText() {}

    /** Adds a violation if the field does not have 1 to {@code maximum} characters of {@linkplain PlainText plain text}. */
    public static void check(String pointer, @Nullable String text, int maximum, List<Violation> violations) {
        if (text == null || text.isBlank() || text.length() > maximum) {
            violations.add(new Violation(pointer, "must have 1 to " + maximum + " characters"));
            return;
        }
        PlainText.fault(text).map(fault -> new Violation(pointer, fault)).ifPresent(violations::add);
    }
}

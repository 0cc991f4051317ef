package dev.bailiwick.jail;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of objects that a host can be asked to have. */
public enum ObjectKind {
    JAIL;

    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Empty where this version knows no such kind. */
    public static Optional<ObjectKind> find(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
    }

    /** All that this version knows, as {@link #text()}. */
    public static List<String> texts() {
        return Arrays.stream(values()).map(ObjectKind::text).toList();
    }
}

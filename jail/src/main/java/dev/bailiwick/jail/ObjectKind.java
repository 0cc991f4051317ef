package dev.bailiwick.jail;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of objects in a host's desired state. */
public enum ObjectKind {
    JAIL;

    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns the kind with this {@link #text()}; empty if this version does not know it. */
    public static Optional<ObjectKind> find(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
    }

    /** Returns the {@link #text()} of each kind that this version knows. */
    public static List<String> texts() {
        return Arrays.stream(values()).map(ObjectKind::text).toList();
    }
}

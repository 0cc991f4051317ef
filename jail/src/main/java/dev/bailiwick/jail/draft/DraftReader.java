package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads raw fields one by one and collects their violations, so that all are reported at once. */
final class DraftReader {

    private final List<Violation> violations;
    private final String prefix;

    DraftReader() {
        this(new ArrayList<>(), "");
    }

    /**
     * Reads fields below {@code prefix}.
     *
     * @param violations gets the violations; it can be changed
     */
    DraftReader(List<Violation> violations, String prefix) {
        this.violations = violations;
        this.prefix = prefix;
    }

    /** Returns a reader of the fields below {@code pointer}, which adds its violations to this reader's. */
    DraftReader at(String pointer) {
        return new DraftReader(violations, prefix + pointer);
    }

    /** Reads a required field. */
    <T> Optional<T> read(String pointer, @Nullable String text, Function<String, T> parser) {
        if (text == null) {
            add(new Violation(pointer, "is required"));
            return Optional.empty();
        }
        return check(pointer, () -> parser.apply(text));
    }

    /** Reads an optional field. It may be absent, or blank like an empty field of a form. */
    <T> Optional<T> readOr(String pointer, @Nullable String text, T absent, Function<String, T> parser) {
        if (text == null || text.isBlank()) {
            return Optional.of(absent);
        }
        return check(pointer, () -> parser.apply(text));
    }

    /** Reads all elements of a list; returns empty if one is invalid. */
    <T> Optional<List<T>> readEach(String pointer, List<@Nullable String> texts, Function<String, T> parser) {
        List<T> values = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            read(pointer + "/" + i, texts.get(i), parser).ifPresent(values::add);
        }
        return values.size() == texts.size() ? Optional.of(values) : Optional.empty();
    }

    /**
     * Reads all values of a map; returns empty if one is invalid.
     *
     * @param parser of a key and its value
     */
    <T> Optional<Map<String, T>> readValues(
            String pointer, Map<String, @Nullable String> texts, BiFunction<String, String, T> parser) {
        Map<String, T> values = new TreeMap<>();
        texts.forEach((key, text) -> read(pointer + "/" + escape(key), text, t -> parser.apply(key, t))
                .ifPresent(value -> values.put(key, value)));
        return values.size() == texts.size() ? Optional.of(values) : Optional.empty();
    }

    <T> Optional<T> check(String pointer, Supplier<T> construction) {
        try {
            return Optional.of(construction.get());
        } catch (InvalidValue e) {
            add(new Violation(pointer, e.reason()));
        } catch (InvalidDefinition e) {
            e.violations().forEach(v -> add(v.within(pointer)));
        }
        return Optional.empty();
    }

    void add(Violation violation) {
        violations.add(violation.within(prefix));
    }

    /** @throws InvalidDefinition if there is any violation */
    void refuseIfAny() {
        if (!violations.isEmpty()) {
            throw new InvalidDefinition(violations);
        }
    }

    /** Replaces '~' and '/' within a key (RFC 6901). */
    private static String escape(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }
}

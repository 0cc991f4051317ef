package dev.bailiwick.server.problem;

import dev.bailiwick.jail.syscall.NearNames;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads JSON as a type, and names every field that cannot be read. Jackson stops at the first one; so that field is left out, and the
 * rest is read again.
 */
public final class TypedReading {

    private static final int MAX_VIOLATIONS = 20;

    private TypedReading() {}

    /**
     * @param violations what is wrong with the fields is added here, for at most 20 of them
     * @return what can be read, without the fields that cannot; empty if the value as a whole cannot be read
     */
    public static <T> Optional<T> read(ObjectReader reader, JsonNode body, List<Violation> violations) {
        JsonNode rest = body.deepCopy();
        TreeSet<String> found = new TreeSet<>();
        Set<String> filled = new HashSet<>();
        List<List<JacksonException.Reference>> lists = new ArrayList<>();
        while (true) {
            try {
                T value = reader.readValue(rest);
                if (lists.isEmpty()) {
                    return Optional.ofNullable(value);
                }
                // A list with gaps would only lead to more violations.
                lists.forEach(list -> leaveOut(rest, list));
                lists.clear();
            } catch (JacksonException e) {
                String pointer = pointer(e);
                // A field that is read although it is not there can only be one that has to be there.
                boolean isMissing = at(rest, e.getPath()) == null;
                // Without one of its fields, the object around it may be invalid too.
                if (!filled.contains(pointer) && found.stream().noneMatch(known -> isWithin(known, pointer))) {
                    violations.add(new Violation(pointer, isMissing ? "is required" : reason(e)));
                }
                boolean goesOn = isMissing
                        ? filled.add(pointer) && fill(rest, e.getPath())
                        : found.add(pointer) && leaveOut(rest, e.getPath());
                if (!goesOn || found.size() + filled.size() >= MAX_VIOLATIONS) {
                    return Optional.empty();
                }
                firstList(rest, e.getPath()).ifPresent(lists::add);
            }
        }
    }

    /** Whether a pointer is another one, or one of a field below it. */
    public static boolean isWithin(String pointer, String parent) {
        return pointer.equals(parent) || pointer.startsWith(parent + "/");
    }

    /** Returns why a field cannot be read, as a predicate; Jackson's own messages name Java classes, which mean nothing to a caller. */
    static String reason(JacksonException failure) {
        if (failure.getCause() instanceof InvalidValue value) {
            return value.reason();
        }
        return switch (failure) {
            // A text of more than a thousand digits, where a number belongs.
            case StreamConstraintsException _ -> "is too long";
            case InputCoercionException _ -> "is too large or too small";
            case UnrecognizedPropertyException unknown -> "is not a known field" + similar(unknown);
            case InvalidFormatException format
            when format.getValue() instanceof String && !ExpectedValue.isKnown(format.getTargetType()) ->
                "cannot be " + format.getValue();
            case MismatchedInputException mismatch
            when mismatch.getTargetType() != null -> ExpectedValue.inJson(mismatch.getTargetType());
            case DatabindException _ -> "has the wrong type";
            default -> "cannot be read";
        };
    }

    private static String similar(UnrecognizedPropertyException unknown) {
        List<String> near = NearNames.of(
                unknown.getPropertyName(),
                unknown.getKnownPropertyIds().stream().map(Object::toString));
        return near.isEmpty() ? "" : "; similar: " + String.join(", ", near);
    }

    static String pointer(JacksonException failure) {
        StringBuilder pointer = new StringBuilder();
        for (JacksonException.Reference part : failure.getPath()) {
            pointer.append('/');
            if (part.getPropertyName() == null) {
                pointer.append(part.getIndex());
            } else {
                pointer.append(part.getPropertyName().replace("~", "~0").replace("/", "~1"));
            }
        }
        return pointer.toString();
    }

    /** Removes a field; an element of a list becomes null, so that the others keep their places. */
    private static boolean leaveOut(JsonNode root, List<JacksonException.Reference> path) {
        if (path.isEmpty()) {
            return false;
        }
        JsonNode parent = at(root, path.subList(0, path.size() - 1));
        JacksonException.Reference last = path.getLast();
        if (parent instanceof ObjectNode object && last.getPropertyName() != null) {
            return object.remove(last.getPropertyName()) != null;
        }
        if (parent instanceof ArrayNode list && last.getIndex() >= 0 && last.getIndex() < list.size()) {
            list.setNull(last.getIndex());
            return true;
        }
        return false;
    }

    /** Gives null to a field that is not there, so that those after it are read. */
    private static boolean fill(JsonNode root, List<JacksonException.Reference> path) {
        if (path.isEmpty() || path.getLast().getPropertyName() == null) {
            return false;
        }
        if (at(root, path.subList(0, path.size() - 1)) instanceof ObjectNode object) {
            object.putNull(path.getLast().getPropertyName());
            return true;
        }
        return false;
    }

    private static Optional<List<JacksonException.Reference>> firstList(
            JsonNode root, List<JacksonException.Reference> path) {
        for (int i = 0; i < path.size(); i++) {
            if (at(root, path.subList(0, i)) instanceof ArrayNode) {
                return Optional.of(List.copyOf(path.subList(0, i)));
            }
        }
        return Optional.empty();
    }

    private static @Nullable JsonNode at(JsonNode root, List<JacksonException.Reference> path) {
        JsonNode node = root;
        for (JacksonException.Reference part : path) {
            if (node == null) {
                return null;
            }
            node = part.getPropertyName() == null ? node.get(part.getIndex()) : node.get(part.getPropertyName());
        }
        return node;
    }
}

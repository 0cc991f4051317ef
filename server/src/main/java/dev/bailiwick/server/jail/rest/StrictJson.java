package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.problem.TypedReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The reader of request bodies that rejects an unknown field, because it is probably a typing error. */
@Component
public class StrictJson {

    private static final int MAX_VIOLATIONS = 20;

    private final JsonMapper json;

    StrictJson(JsonMapper json) {
        this.json = json;
    }

    /**
     * @param listsOfObjects pointers to lists that may hold only objects
     * @throws InvalidRequest pointing to the fields that cannot be read
     */
    public <T> T read(JsonNode body, Class<T> type, String... listsOfObjects) {
        List<Violation> violations = new ArrayList<>();
        Optional<T> value = read(body, type, violations, listsOfObjects);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return value.orElseThrow(() -> new InvalidRequest("", "must be a JSON object"));
    }

    /**
     * @param violations what cannot be read is added here
     * @return what can be read; empty if the body as a whole cannot be
     */
    <T> Optional<T> read(JsonNode body, Class<T> type, List<Violation> violations, String... listsOfObjects) {
        if (!(body instanceof ObjectNode object)) {
            violations.add(new Violation("", "must be a JSON object"));
            return Optional.empty();
        }
        return TypedReading.read(
                json.readerFor(type)
                        .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        // 1.5 is not 1.
                        .without(DeserializationFeature.ACCEPT_FLOAT_AS_INT),
                withObjects(object, violations, listsOfObjects),
                violations);
    }

    /** Returns the body without the lists that hold something other than objects. */
    private static ObjectNode withObjects(ObjectNode body, List<Violation> violations, String... listsOfObjects) {
        ObjectNode rest = body;
        for (String list : listsOfObjects) {
            JsonNode elements = body.at(list);
            List<Integer> others = !elements.isArray()
                    ? List.of()
                    : IntStream.range(0, elements.size())
                            .filter(i -> !elements.get(i).isObject())
                            .limit(MAX_VIOLATIONS)
                            .boxed()
                            .toList();
            others.forEach(i -> violations.add(new Violation(list + "/" + i, "must be an object")));
            if (!others.isEmpty()) {
                rest = rest.deepCopy();
                JsonPointer pointer = JsonPointer.compile(list);
                ((ObjectNode) rest.at(pointer.head())).remove(pointer.last().getMatchingProperty());
            }
        }
        return rest;
    }
}

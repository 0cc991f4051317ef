package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Collection;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The reader of request bodies that rejects an unknown field, because it is probably a typing error. */
@Component
public class StrictJson {

    private final JsonMapper json;

    StrictJson(JsonMapper json) {
        this.json = json;
    }

    /**
     * @param listsOfObjects pointers to lists that may hold only objects
     * @throws InvalidRequest pointing to the field that cannot be read
     */
    public <T> T read(JsonNode body, Class<T> type, String... listsOfObjects) {
        if (!(body instanceof ObjectNode)) {
            throw new InvalidRequest("", "must be a JSON object");
        }
        for (String list : listsOfObjects) {
            JsonNode elements = body.at(list);
            for (int i = 0; i < elements.size(); i++) {
                if (elements.isArray() && !elements.get(i).isObject()) {
                    throw new InvalidRequest(list + "/" + i, "must be an object");
                }
            }
        }
        try {
            return json.readerFor(type)
                    .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    // 1.5 is not 1.
                    .without(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .readValue(body);
        } catch (StreamConstraintsException e) {
            // A text of more than a thousand digits, where a number belongs.
            throw new InvalidRequest(pointer(e), "is too long");
        } catch (DatabindException e) {
            throw new InvalidRequest(
                    pointer(e), e.getCause() instanceof InvalidValue value ? value.reason() : reason(e));
        }
    }

    private static String reason(DatabindException failure) {
        return switch (failure) {
            case UnrecognizedPropertyException _ -> "is not a field";
            case MismatchedInputException mismatch
            when mismatch.getTargetType() != null -> "must be " + inWords(mismatch.getTargetType());
            default -> "has the wrong type";
        };
    }

    private static String inWords(Class<?> type) {
        if (type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a text";
        }
        return Collection.class.isAssignableFrom(type) ? "a list" : "an object";
    }

    private static String pointer(JacksonException failure) {
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
}

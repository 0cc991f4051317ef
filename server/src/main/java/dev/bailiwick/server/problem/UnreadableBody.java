package dev.bailiwick.server.problem;

import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Explains why a JSON body could not be read, and in which field. */
record UnreadableBody(ProblemType type, String detail, List<Violation> violations) {

    static UnreadableBody explain(HttpMessageNotReadableException unreadable) {
        for (Throwable cause = unreadable.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof DatabindException binding) {
                return inField(binding);
            }
            if (cause instanceof JacksonException syntax) {
                return new UnreadableBody(
                        ProblemTypes.MALFORMED_REQUEST,
                        "The body "
                                + JsonFault.of(
                                        syntax,
                                        place -> "line " + place.getLineNr() + ", column " + place.getColumnNr()),
                        List.of());
            }
        }
        return new UnreadableBody(ProblemTypes.MALFORMED_REQUEST, "A body is required", List.of());
    }

    private static UnreadableBody inField(DatabindException binding) {
        String pointer = pointer(binding);
        for (Throwable cause = binding.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidDefinition definition) {
                return new UnreadableBody(
                        ProblemTypes.INVALID_DEFINITION,
                        String.valueOf(definition.getMessage()),
                        definition.violations().stream()
                                .map(violation -> violation.within(pointer))
                                .toList());
            }
            if (cause instanceof InvalidValue value) {
                return field(pointer, value.reason());
            }
        }
        return field(pointer, reason(binding));
    }

    private static UnreadableBody field(String pointer, String message) {
        return new UnreadableBody(
                InvalidRequest.TYPE, (pointer + " " + message).strip(), List.of(new Violation(pointer, message)));
    }

    /** Returns the reason; Jackson's own messages name Java classes, which mean nothing to a caller. */
    private static String reason(DatabindException binding) {
        return switch (binding) {
            case UnrecognizedPropertyException unknown -> "is not a known field";
            case InvalidFormatException format -> "cannot be " + format.getValue();
            case MismatchedInputException mismatch -> "is of the wrong type, or missing";
            default -> "cannot be read";
        };
    }

    private static String pointer(DatabindException binding) {
        StringBuilder pointer = new StringBuilder();
        for (JacksonException.Reference step : binding.getPath()) {
            pointer.append('/');
            if (step.getPropertyName() != null) {
                pointer.append(step.getPropertyName().replace("~", "~0").replace("/", "~1"));
            } else {
                pointer.append(step.getIndex());
            }
        }
        return pointer.toString();
    }

    ResponseEntity<Object> answer() {
        return ProblemAdvice.answer(type, detail, violations, HttpHeaders.EMPTY);
    }
}

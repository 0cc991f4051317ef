package dev.bailiwick.server.problem;

import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DatabindException;

/** Explains why a JSON body could not be read, and in which field. */
record UnreadableBody(ProblemType type, String detail, List<Violation> violations) {

    static UnreadableBody explain(HttpMessageNotReadableException unreadable) {
        for (Throwable cause = unreadable.getCause(); cause != null; cause = cause.getCause()) {
            // A number that is out of range is no fault of the JSON, although it is found by the parser.
            if (cause instanceof JacksonException binding
                    && (binding instanceof DatabindException || binding instanceof InputCoercionException)) {
                return inFields(binding, unreadable);
            }
            if (cause instanceof JacksonException syntax) {
                return malformed(syntax);
            }
        }
        return new UnreadableBody(ProblemTypes.MALFORMED_REQUEST, "A body is required", List.of());
    }

    private static UnreadableBody malformed(JacksonException syntax) {
        return new UnreadableBody(
                ProblemTypes.MALFORMED_REQUEST,
                "The body "
                        + JsonFault.of(
                                syntax, place -> "line " + place.getLineNr() + ", column " + place.getColumnNr()),
                List.of());
    }

    private static UnreadableBody inFields(JacksonException binding, HttpMessageNotReadableException unreadable) {
        String pointer = TypedReading.pointer(binding);
        for (Throwable cause = binding.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidDefinition definition) {
                return new UnreadableBody(
                        ProblemTypes.INVALID_DEFINITION,
                        String.valueOf(definition.getMessage()),
                        definition.violations().stream()
                                .map(violation -> violation.within(pointer))
                                .toList());
            }
        }
        List<Violation> violations = List.of();
        try {
            if (unreadable.getHttpInputMessage() instanceof KeptBody body) {
                violations = body.violations();
            }
        } catch (JacksonException syntax) {
            return malformed(syntax);
        }
        return fields(
                violations.isEmpty() ? List.of(new Violation(pointer, TypedReading.reason(binding))) : violations);
    }

    private static UnreadableBody fields(List<Violation> violations) {
        InvalidRequest invalid = new InvalidRequest(violations);
        return new UnreadableBody(invalid.type(), invalid.detail(), invalid.violations());
    }

    ResponseEntity<Object> answer() {
        return ProblemAdvice.answer(type, detail, violations, HttpHeaders.EMPTY);
    }
}

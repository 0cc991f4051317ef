package dev.bailiwick.server.problem;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The errors of an operation in the description of the API: an answer for each status, with the types of its problems. */
public final class DescribedProblems {

    static final String SCHEMA = "ProblemDocument";

    /** A member of an answer: the slugs of the types, for programs. */
    private static final String TYPES = "x-problem-types";

    private DescribedProblems() {}

    /** Adds the problems with which some failures are answered. */
    public static void add(Operation operation, List<Class<? extends Failure>> failures) {
        failures.stream().flatMap(DescribedProblems::types).forEach(type -> add(operation, type));
    }

    static void add(Operation operation, ProblemType type) {
        if (operation.getResponses() == null) {
            operation.setResponses(new ApiResponses());
        }
        String status = String.valueOf(type.status());
        ApiResponse answer = operation
                .getResponses()
                .computeIfAbsent(
                        status,
                        _ -> new ApiResponse()
                                .description("")
                                .content(new Content()
                                        .addMediaType(
                                                org.springframework.http.MediaType.APPLICATION_PROBLEM_JSON_VALUE,
                                                new MediaType().schema(new Schema<>().$ref(SCHEMA)))));
        List<String> known = types(answer);
        if (!known.contains(type.slug())) {
            answer.addExtension(
                    TYPES,
                    Stream.concat(known.stream(), Stream.of(type.slug()))
                            .sorted()
                            .toList());
            String line = "`" + type.slug() + "`: " + type.title();
            answer.setDescription(known.isEmpty() ? line : answer.getDescription() + "\n\n" + line);
        }
    }

    private static List<String> types(ApiResponse answer) {
        return answer.getExtensions() != null && answer.getExtensions().get(TYPES) instanceof List<?> types
                ? types.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** Returns the types that a failure declares. */
    private static Stream<ProblemType> types(Class<? extends Failure> failure) {
        return Arrays.stream(failure.getDeclaredFields())
                .filter(field -> field.getType() == ProblemType.class && Modifier.isStatic(field.getModifiers()))
                .map(field -> {
                    try {
                        field.setAccessible(true);
                        return (ProblemType) field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException("A static field of " + failure + " cannot be read", e);
                    }
                });
    }
}

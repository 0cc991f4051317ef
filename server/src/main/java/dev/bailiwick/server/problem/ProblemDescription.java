package dev.bailiwick.server.problem;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.ArraySchema;
import io.swagger.v3.oas.models.media.BooleanSchema;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import java.util.Arrays;
import java.util.List;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;

/** Describes the errors that any operation has, from what it reads, and those that it names with {@link Fails}. */
@Configuration(proxyBeanMethods = false)
class ProblemDescription {

    @Bean
    OpenApiCustomizer describesProblemDocuments() {
        return api -> api.getComponents().addSchemas(DescribedProblems.SCHEMA, document());
    }

    @Bean
    OperationCustomizer describesProblems() {
        return (operation, handler) -> {
            DescribedProblems.add(operation, ProblemTypes.MALFORMED_REQUEST);
            DescribedProblems.add(operation, ProblemTypes.ofStatus(415));
            DescribedProblems.add(operation, ProblemTypes.DATABASE_UNAVAILABLE);
            if (Operations.has(handler, PathVariable.class)) {
                DescribedProblems.add(operation, ProblemTypes.NOT_FOUND);
            }
            if (Operations.has(handler, RequestBody.class) || Operations.has(handler, RequestParam.class)) {
                DescribedProblems.add(operation, List.of(InvalidRequest.class));
            }
            if (!Operations.isRead(handler)) {
                DescribedProblems.add(operation, ProblemTypes.CHANGED_MEANWHILE);
                DescribedProblems.add(operation, ProblemTypes.DATABASE_FULL);
            }
            addNamed(operation, handler);
            return operation;
        };
    }

    private static void addNamed(Operation operation, HandlerMethod handler) {
        MergedAnnotations.from(handler.getMethod()).stream(Fails.class)
                .flatMap(named -> Arrays.stream(named.getClassArray("value")))
                .forEach(failure -> DescribedProblems.add(operation, List.of(failure.asSubclass(Failure.class))));
    }

    private static Schema<?> document() {
        Schema<?> error = new ObjectSchema()
                .addProperty("pointer", text("A JSON pointer into the body, or / and the name of a parameter"))
                .addProperty("message", text("What is wrong with it, as a predicate"));
        error.setRequired(List.of("pointer", "message"));
        Schema<?> document = new ObjectSchema()
                .description("An error (RFC 9457)")
                .addProperty("type", text("/problems/ and the type"))
                .addProperty("title", text("What the type means"))
                .addProperty("status", new IntegerSchema().description("The status of the answer"))
                .addProperty("detail", text("The particulars, for people"))
                .addProperty("instance", text("The path of the request"))
                .addProperty(
                        "retryable",
                        new BooleanSchema()
                                .description("Whether the same request may succeed later without being changed"))
                .addProperty("errors", new ArraySchema().items(error).description("Each field that is wrong"))
                .addProperty(
                        "shortages",
                        new ArraySchema().items(shortage()).description("Each bound that does not leave enough"));
        document.setRequired(List.of("type", "title", "status", "retryable"));
        return document;
    }

    private static Schema<?> shortage() {
        Schema<?> shortage = new ObjectSchema()
                .addProperty("quota", text("What is bounded: jails, memory, cpuMillis or addresses"))
                .addProperty("used", number("What is used, without what is asked for"))
                .addProperty("asked", number("What is asked for in addition"))
                .addProperty("bound", number("The most that may be used"));
        shortage.setRequired(List.of("quota", "used", "asked", "bound"));
        return shortage;
    }

    private static Schema<?> number(String description) {
        return new IntegerSchema().format("int64").description(description);
    }

    private static Schema<?> text(String description) {
        return new StringSchema().description(description);
    }
}

package dev.bailiwick.server.idempotency;

import dev.bailiwick.server.problem.DescribedProblems;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.problem.Operations;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import java.util.List;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Describes the Idempotency-Key of each POST. */
@Configuration(proxyBeanMethods = false)
class KeyDescription {

    @Bean
    OperationCustomizer describesIdempotencyKeys() {
        return (operation, handler) -> {
            if (Operations.isPost(handler)) {
                operation.addParametersItem(new HeaderParameter()
                        .name(IdempotencyFilter.KEY)
                        .required(false)
                        .description(
                                "A value of the client's choice, new for each operation. A request that is sent again with the"
                                        + " same key and body takes effect once, and gets the first answer again, with the header"
                                        + " Idempotency-Replayed.")
                        .schema(new StringSchema().pattern(IdempotencyFilter.KEY_PATTERN)));
                DescribedProblems.add(
                        operation,
                        List.of(
                                InvalidRequest.class,
                                RequestInProgress.class,
                                RequestTakenOver.class,
                                AnswerNotKept.class,
                                KeyReused.class));
            }
            return operation;
        };
    }
}

package dev.bailiwick.server.request;

import dev.bailiwick.server.problem.DescribedProblems;
import dev.bailiwick.server.problem.Operations;
import java.util.List;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.RequestBody;

/** Describes what every operation of the API answers to a request that it does not read. */
@Configuration(proxyBeanMethods = false)
class RequestDescription {

    @Bean
    OperationCustomizer describesRequests() {
        return (operation, handler) -> {
            DescribedProblems.add(
                    operation, List.of(UnknownParameter.class, NonCanonicalPath.class, UnknownServerName.class));
            DescribedProblems.add(
                    operation,
                    List.of(Operations.has(handler, RequestBody.class) ? BodyTooLarge.class : BodyNotRead.class));
            return operation;
        };
    }
}

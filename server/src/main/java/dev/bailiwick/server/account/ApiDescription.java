package dev.bailiwick.server.account;

import dev.bailiwick.server.problem.DescribedProblems;
import dev.bailiwick.server.problem.Operations;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.List;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The part of the API's description that holds for all operations: authentication and the form of an error. */
@Configuration(proxyBeanMethods = false)
class ApiDescription {

    private static final String TOKEN = "token";

    static {
        // The caller comes from the token, not from a parameter of the request.
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class);
    }

    /** Describes what any operation answers to a caller that lacks something, or asks for too much. */
    @Bean
    OperationCustomizer describesLimits() {
        return (operation, handler) -> {
            DescribedProblems.add(operation, List.of(ScopeMissing.class, TooManyConcurrentRequests.class));
            if (!Operations.isRead(handler)) {
                DescribedProblems.add(operation, List.of(TooManyChanges.class));
            }
            return operation;
        };
    }

    @Bean
    OpenAPI description() {
        return new OpenAPI()
                .info(new Info().title("Bailiwick").version("v1").description("""
                        An error is a problem document (RFC 9457, application/problem+json): type says which, and each of its \
                        errors names a field with a JSON pointer. A POST with an Idempotency-Key takes effect once, however often \
                        it is sent. With wait=20s, an operation on a jail answers once its host has carried it out, or after 20 \
                        seconds."""))
                .addSecurityItem(new SecurityRequirement().addList(TOKEN))
                .components(new Components()
                        .addSecuritySchemes(
                                TOKEN,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("bearer")
                                        .description("An API token; see /api/v1/tokens, or the page of your account")));
    }
}

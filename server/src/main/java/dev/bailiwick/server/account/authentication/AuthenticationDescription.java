package dev.bailiwick.server.account.authentication;

import dev.bailiwick.server.problem.DescribedProblems;
import java.util.List;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Describes what every operation of the API answers without a token, or with one that does not suffice. */
@Configuration(proxyBeanMethods = false)
class AuthenticationDescription {

    @Bean
    OperationCustomizer describesSignIn() {
        return (operation, handler) -> {
            DescribedProblems.add(operation, List.of(NotSignedIn.class, NotAllowed.class));
            return operation;
        };
    }
}

package dev.bailiwick.server.request;

import dev.bailiwick.server.bounds.Bound;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactoryBuilder;

/**
 * Limits the number of JSON tokens, as the length of a text does not limit its size in memory. Runs after Spring Boot's customizer,
 * which applies the properties.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
class JsonBounds implements JsonFactoryBuilderCustomizer {

    @Override
    public void customize(JsonFactoryBuilder builder) {
        builder.streamReadConstraints(StreamReadConstraints.builder()
                .maxTokenCount(Bound.JSON_TOKENS.value())
                .build());
    }
}

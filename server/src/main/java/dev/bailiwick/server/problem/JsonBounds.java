package dev.bailiwick.server.problem;

import dev.bailiwick.server.bounds.Bound;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactoryBuilder;

/** Bounds what becomes of JSON in memory, which its length does not. After Spring Boot, which sets what is said in properties. */
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

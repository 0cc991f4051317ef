package dev.bailiwick.server.jail.rest;

import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * Describes a definition's fields in the description of the API. The fields themselves come from
 * {@link dev.bailiwick.jail.draft.DefinitionDraft}, which knows no annotations of the API; the texts are messages, {@code
 * api.definition.FIELD}.
 */
@Configuration(proxyBeanMethods = false)
class DefinitionDescription {

    private static final List<String> SCHEMAS = List.of("JailRequest", "JailDocument");
    private static final String REQUEST = "JailRequest";

    /** A definition that replaces another one: the customer stays, so it is not required. */
    static final String REPLACEMENT = "JailReplacement";

    @Bean
    @Order(0)
    OpenApiCustomizer describesDefinitions(MessageSource messages) {
        return api -> {
            SCHEMAS.forEach(name -> {
                Schema<?> schema = api.getComponents().getSchemas().get(name);
                if (schema != null && schema.getProperties() != null) {
                    schema.getProperties().forEach((field, property) -> describe(field, property, messages));
                }
            });
            Schema<?> request =
                    Objects.requireNonNull(api.getComponents().getSchemas().get(REQUEST), REQUEST);
            request.setRequired(List.of("customer", "name"));
            Schema<?> replacement = new ObjectSchema().description("A jail\'s new definition");
            replacement.setRequired(List.of("name"));
            replacement.setProperties(request.getProperties());
            api.getComponents().addSchemas(REPLACEMENT, replacement);
        };
    }

    private static void describe(String field, Schema<?> property, MessageSource messages) {
        String text = messages.getMessage("api.definition." + field, null, null, Locale.ENGLISH);
        if (text != null) {
            property.setDescription(text);
        }
    }
}

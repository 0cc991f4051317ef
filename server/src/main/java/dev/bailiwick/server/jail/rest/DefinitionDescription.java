package dev.bailiwick.server.jail.rest;

import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import java.util.Locale;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Describes a definition's fields in the description of the API. The fields themselves come from
 * {@link dev.bailiwick.jail.draft.DefinitionDraft}, which knows no annotations of the API; the texts are messages, {@code
 * api.definition.FIELD}.
 */
@Configuration(proxyBeanMethods = false)
class DefinitionDescription {

    private static final List<String> SCHEMAS = List.of("JailRequest", "JailDocument");

    @Bean
    OpenApiCustomizer describesDefinitions(MessageSource messages) {
        return api -> SCHEMAS.forEach(name -> {
            Schema<?> schema = api.getComponents().getSchemas().get(name);
            if (schema != null && schema.getProperties() != null) {
                schema.getProperties().forEach((field, property) -> describe(field, property, messages));
            }
        });
    }

    private static void describe(String field, Schema<?> property, MessageSource messages) {
        String text = messages.getMessage("api.definition." + field, null, null, Locale.ENGLISH);
        if (text != null) {
            property.setDescription(text);
        }
    }
}

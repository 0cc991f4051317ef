package dev.bailiwick.server.jail.rest;

import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import java.util.Map;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The descriptions of a definition's fields in the description of the API: what each is, its unit, its range and its default. The fields
 * themselves come from {@link dev.bailiwick.jail.draft.DefinitionDraft}, which knows no annotations of the API.
 */
@Configuration(proxyBeanMethods = false)
class DefinitionDescription {

    private static final List<String> SCHEMAS = List.of("JailRequest", "JailDocument");

    private static final Map<String, String> BY_FIELD = Map.ofEntries(
            Map.entry(
                    "stopSignal",
                    "The signal that asks the jail's init to end: HUP, INT, QUIT, USR1, USR2, TERM, WINCH, PWR or RTMIN+3, also with SIG before it. By default TERM, in whose place systemd in profile system gets RTMIN+3. A change restarts nothing."),
            Map.entry(
                    "stopTimeout",
                    "How long the init has to end after the signal before the jail is killed: 1 to 3600 seconds, by default 10. A change restarts nothing."));

    @Bean
    OpenApiCustomizer describesDefinitions() {
        return api -> SCHEMAS.forEach(name -> {
            Schema<?> schema = api.getComponents().getSchemas().get(name);
            if (schema != null && schema.getProperties() != null) {
                BY_FIELD.forEach((field, text) -> {
                    Schema<?> property = schema.getProperties().get(field);
                    if (property != null) {
                        property.setDescription(text);
                    }
                });
            }
        });
    }
}

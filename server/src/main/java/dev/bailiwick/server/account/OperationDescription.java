package dev.bailiwick.server.account;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * Describes the parameters of all operations, with the messages {@code api.parameter.OPERATION.NAME} or, if the same text fits every
 * operation, {@code api.parameter.NAME}; and the bodies of merge patches, which require no field.
 */
@Configuration(proxyBeanMethods = false)
class OperationDescription {

    private static final String SCHEMAS = "#/components/schemas/";

    @Bean
    @Order(1)
    OpenApiCustomizer describesOperations(MessageSource messages) {
        return api -> api.getPaths()
                .values()
                .forEach(path -> path.readOperationsMap().forEach((method, operation) -> {
                    describeParameters(operation, messages);
                    describeBody(api, method, operation);
                }));
    }

    private static void describeParameters(Operation operation, MessageSource messages) {
        List<Parameter> parameters = operation.getParameters() == null ? List.of() : operation.getParameters();
        for (Parameter parameter : parameters) {
            if (parameter.getDescription() == null) {
                String general =
                        messages.getMessage("api.parameter." + parameter.getName(), null, null, Locale.ENGLISH);
                parameter.setDescription(messages.getMessage(
                        "api.parameter." + operation.getOperationId() + "." + parameter.getName(),
                        null,
                        general,
                        Locale.ENGLISH));
            }
        }
    }

    private static void describeBody(OpenAPI api, PathItem.HttpMethod method, Operation operation) {
        if (operation.getRequestBody() == null) {
            return;
        }
        operation.getRequestBody().setRequired(true);
        if (method == PathItem.HttpMethod.PATCH) {
            operation.getRequestBody().getContent().values().forEach(content -> {
                String reference = content.getSchema().get$ref();
                if (reference != null) {
                    content.setSchema(withoutRequired(api, reference.substring(SCHEMAS.length())));
                }
            });
        }
    }

    /** Returns a reference to a schema with the same fields, none of which is required. */
    private static Schema<?> withoutRequired(OpenAPI api, String name) {
        Schema<?> whole =
                Objects.requireNonNull(api.getComponents().getSchemas().get(name), name);
        String patch = name.replaceFirst("Request$", "") + "Patch";
        Schema<?> fields = new ObjectSchema().description(whole.getDescription());
        fields.setProperties(whole.getProperties());
        api.getComponents().addSchemas(patch, fields);
        return new Schema<>().$ref(SCHEMAS + patch);
    }
}

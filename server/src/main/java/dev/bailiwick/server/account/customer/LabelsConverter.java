package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.Labels;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Stores labels as a JSON object. */
@Converter
final class LabelsConverter implements AttributeConverter<Labels, String> {

    private static final TypeReference<Map<String, String>> PAIRS = new TypeReference<>() {};

    private final JsonMapper json = JsonMapper.builder().build();

    @Override
    public String convertToDatabaseColumn(Labels labels) {
        return json.writeValueAsString(labels.all());
    }

    @Override
    public Labels convertToEntityAttribute(String stored) {
        return new Labels(json.readValue(stored, PAIRS));
    }
}

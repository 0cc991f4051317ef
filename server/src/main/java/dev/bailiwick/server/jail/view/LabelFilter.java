package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.util.MultiValueMap;

/**
 * A condition on a label of a jail.
 *
 * @param value the required value; empty for any value
 */
public record LabelFilter(String key, Optional<String> value) {

    /** A condition that no jail meets. */
    public static final LabelFilter NONE = new LabelFilter("", Optional.empty());

    /** The description of the parameter in the API. */
    public static final String DESCRIPTION =
            "A label of the jails: key or key=value. Can be given several times; then the jails have all of these labels.";

    /** Reads all parameters {@code label} of a request. Spring itself would split a value at its commas. */
    public static List<LabelFilter> of(MultiValueMap<String, String> query) {
        return query.getOrDefault("label", List.of()).stream()
                .map(LabelFilter::parse)
                .toList();
    }

    /**
     * Reads a condition from its textual form.
     *
     * @param text {@code key} or {@code key=value}
     * @throws InvalidRequest if no label can have this key or value
     */
    public static LabelFilter parse(String text) {
        int equals = text.indexOf('=');
        try {
            return equals < 0
                    ? new LabelFilter(Labels.checkKey(text), Optional.empty())
                    : parse(Labels.checkKey(text.substring(0, equals)), text.substring(equals + 1));
        } catch (InvalidValue e) {
            throw new InvalidRequest("/label", e.reason());
        }
    }

    private static LabelFilter parse(String key, String value) {
        return new LabelFilter(key, Optional.of(Labels.checkValue(key, value)));
    }

    /**
     * Returns the condition in SQL, and adds its parameters to those of the statement.
     *
     * @param column a column of type jsonb that holds the labels as an object
     * @param parameters the parameters of the statement
     */
    public String condition(String column, Map<String, Object> parameters) {
        String name = "label" + parameters.size();
        parameters.put(name, key);
        if (value.isEmpty()) {
            return "jsonb_exists(" + column + ", :" + name + ")";
        }
        parameters.put(name + "Value", value.get());
        return column + " @> jsonb_build_object(:" + name + "::text, :" + name + "Value::text)";
    }
}

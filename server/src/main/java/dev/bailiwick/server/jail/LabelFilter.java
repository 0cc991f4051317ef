package dev.bailiwick.server.jail;

import dev.bailiwick.jail.InvalidValue;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.util.MultiValueMap;

/**
 * A label that a jail has.
 *
 * @param value empty for any
 */
public record LabelFilter(String key, Optional<String> value) {

    /** No jail has it. */
    public static final LabelFilter NONE = new LabelFilter("", Optional.empty());

    /** What the API says about the parameter. */
    public static final String DESCRIPTION =
            "A label that the jails have: key or key=value. May be given several times; then they have all of them.";

    /** All parameters {@code label} of a request. Spring itself would take one with commas for several. */
    public static List<LabelFilter> of(MultiValueMap<String, String> query) {
        return query.getOrDefault("label", List.of()).stream()
                .map(LabelFilter::parse)
                .toList();
    }

    /**
     * @param text {@code key} or {@code key=value}
     * @throws InvalidRequest if no label can be so
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
     * As a condition of SQL.
     *
     * @param column of type jsonb, an object of the labels
     * @param parameters of the statement, to which those of the condition are added
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

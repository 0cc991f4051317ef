package dev.bailiwick.server.jail;

import dev.bailiwick.jail.InvalidValue;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Optional;

/**
 * A label that a jail has.
 *
 * @param value empty for any
 */
public record LabelFilter(String key, Optional<String> value) {

    /**
     * @param text {@code key} or {@code key=value}
     * @throws InvalidRequest if no label can be so
     */
    static LabelFilter parse(String text) {
        int equals = text.indexOf('=');
        try {
            return equals < 0
                    ? new LabelFilter(Labels.checkKey(text), Optional.empty())
                    : new LabelFilter(
                            Labels.checkKey(text.substring(0, equals)),
                            Optional.of(Labels.checkValue(text.substring(equals + 1))));
        } catch (InvalidValue e) {
            throw new InvalidRequest("/label", e.reason());
        }
    }
}

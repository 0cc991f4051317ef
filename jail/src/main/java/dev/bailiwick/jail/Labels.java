package dev.bailiwick.jail;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Keys and values by which users find a jail. Hosts store labels and do nothing with them.
 *
 * @param all by key, sorted; at most 32
 */
public record Labels(Map<String, String> all) {

    public static final Labels NONE = new Labels(Map.of());

    private static final int MAX_LABELS = 32;
    private static final int MAX_VALUE = 255;
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");

    public Labels {
        all = Collections.unmodifiableMap(new TreeMap<>(all));
        if (all.size() > MAX_LABELS) {
            throw new InvalidValue("must be at most " + MAX_LABELS + " labels");
        }
        all.forEach((key, value) -> {
            checkKey(key);
            checkValue(key, value);
        });
    }

    /** @throws InvalidValue if this is not a key: 1 to 63 letters, digits, '.', '_', '/' and '-', a letter or digit first */
    public static String checkKey(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new InvalidValue(
                    "has a key that is not 1 to 63 letters, digits, '.', '_', '/' and '-', a letter or digit first: "
                            + PlainText.quote(key));
        }
        return key;
    }

    /** @throws InvalidValue if this is not a value: at most 255 characters on one line */
    public static String checkValue(String key, String value) {
        if (value.codePointCount(0, value.length()) > MAX_VALUE) {
            throw new InvalidValue("has a value of more than " + MAX_VALUE + " characters: that of '" + key + "'");
        }
        return PlainText.require(value);
    }
}

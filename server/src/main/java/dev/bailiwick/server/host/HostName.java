package dev.bailiwick.server.host;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.regex.Pattern;

/**
 * The name of a host: 1 to 63 of {@code a-z 0-9 . -}, starting and ending with a letter or digit. Unique among hosts that are not
 * retired.
 */
public record HostName(String value) {

    private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");

    public HostName {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValue(
                    "must be 1 to 63 of a-z, 0-9, '.' and '-', starting and ending with a letter or digit");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}

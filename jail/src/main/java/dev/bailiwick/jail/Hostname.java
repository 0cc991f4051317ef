package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.regex.Pattern;

/**
 * The jail's UTS node name: RFC 1123 labels joined by dots. The limit is the 64 bytes that Linux stores (__NEW_UTS_LEN, uname(2)),
 * not the 253 of DNS.
 */
public record Hostname(String value) {

    private static final int NODE_NAME_BYTES = 64;
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");

    public Hostname {
        if (value.isEmpty()) {
            throw new InvalidValue("must not be empty");
        }
        if (value.length() > NODE_NAME_BYTES) {
            throw new InvalidValue("is longer than " + NODE_NAME_BYTES + " characters, the kernel's limit");
        }
        for (String label : value.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                throw new InvalidValue(
                        "must be labels of letters, digits and '-' joined by dots, each 1 to 63 long, none starting or ending with '-'");
            }
        }
    }

    @Override
    public String toString() {
        return value;
    }
}

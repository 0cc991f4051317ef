package dev.bailiwick.jail;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;

/**
 * The path of a jail's own files on its host: absolute, normalized, and {@linkplain PlainText plain text}. Only the agent can check
 * whether the path stays below the host's root base when its symbolic links are followed.
 */
public record RootPath(String value) {

    private static final int PATH_MAX = 1024;

    public RootPath {
        if (!value.startsWith("/") || value.equals("/")) {
            throw new InvalidValue("must be an absolute path below '/'");
        }
        if (value.length() > PATH_MAX) {
            throw new InvalidValue("is longer than " + PATH_MAX + " characters");
        }
        PlainText.require(value);
        for (String part : value.substring(1).split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new InvalidValue("must not contain empty, '.' or '..' parts");
            }
            if (part.length() > 255) {
                throw new InvalidValue("has a part longer than 255 characters");
            }
        }
    }

    @Override
    public String toString() {
        return value;
    }
}

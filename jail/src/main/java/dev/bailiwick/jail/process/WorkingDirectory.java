package dev.bailiwick.jail.process;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;

/** The directory inside a jail in which its command begins: an absolute path of at most 1,024 characters. */
public record WorkingDirectory(String value) {

    public static final WorkingDirectory ROOT = new WorkingDirectory("/");

    private static final int MAX_CHARACTERS = 1_024;

    public WorkingDirectory {
        if (!value.startsWith("/")) {
            throw new InvalidValue("must be an absolute path inside the jail");
        }
        if (value.length() > MAX_CHARACTERS) {
            throw new InvalidValue("is longer than " + MAX_CHARACTERS + " characters");
        }
        PlainText.require(value);
    }

    @Override
    public String toString() {
        return value;
    }
}

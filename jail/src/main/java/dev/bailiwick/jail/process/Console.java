package dev.bailiwick.jail.process;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;

/** What the init of a jail has as its standard streams. All that it writes is in the log of the jail either way. */
public enum Console {
    /** Its output is a pipe to the log, and its input is empty. */
    LOG,
    /** A terminal of its own, to which people attach. */
    TTY;

    /** @throws InvalidValue if none has this {@link #text()} */
    public static Console parse(String text) {
        return switch (text.strip()) {
            case "log" -> LOG;
            case "tty" -> TTY;
            default -> throw new InvalidValue("must be 'log' or 'tty'");
        };
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

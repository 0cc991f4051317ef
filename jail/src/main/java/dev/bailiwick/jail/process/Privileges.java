package dev.bailiwick.jail.process;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;

/** Whether programs of a jail can give privileges to those who execute them: execve(2). */
public enum Privileges {
    /** No program does: the kernel ignores the setuid bit and file capabilities (no_new_privs). */
    NONE,
    /**
     * The setuid and setgid bits of the jail's own files have effect within the jail, and so do their file capabilities, as far as root in
     * the jail has them itself.
     */
    SETUID;

    /** @throws InvalidValue if none has this {@link #text()} */
    public static Privileges parse(String text) {
        return switch (text.strip()) {
            case "none" -> NONE;
            case "setuid" -> SETUID;
            default -> throw new InvalidValue("must be 'none' or 'setuid'");
        };
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

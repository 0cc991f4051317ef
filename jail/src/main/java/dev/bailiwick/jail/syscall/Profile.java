package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.InvalidValue;

/** A built-in set of decisions, one for every system call. */
public enum Profile {
    /** The letter of the 2002 proposal, also where it hurts. */
    STRICT2002("strict2002"),
    /** What an ordinary userland with a web server, a database and a language runtime needs; the default. */
    HOSTING("hosting");

    private final String text;

    Profile(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** @throws InvalidValue if no profile has this name */
    public static Profile parse(String text) {
        for (Profile profile : values()) {
            if (profile.text.equals(text)) {
                return profile;
            }
        }
        throw new InvalidValue("must be 'strict2002' or 'hosting'");
    }
}

package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A built-in set of decisions, one for every system call. */
public enum Profile {
    /** Exactly the 2002 proposal, including its inconvenient parts. */
    STRICT2002("strict2002", Optional.empty()),
    /** The calls that an ordinary userland with a web server, a database and a language runtime needs; the default. */
    HOSTING("hosting", Optional.empty()),
    /** {@link #HOSTING}, and the calls that a full init such as systemd needs to boot inside the jail. */
    SYSTEM("system", Optional.of(HOSTING));

    private final String text;
    private final Optional<Profile> origin;

    Profile(String text, Optional<Profile> origin) {
        this.text = text;
        this.origin = origin;
    }

    public String text() {
        return text;
    }

    /** Returns the profile from which this one is derived. It decides as that profile, except in the rows with an amendment. */
    public Optional<Profile> origin() {
        return origin;
    }

    /** @throws InvalidValue if no profile has this name */
    public static Profile parse(String text) {
        return named(text)
                .orElseThrow(() -> new InvalidValue("must be "
                        + Arrays.stream(values())
                                .map(profile -> "'" + profile.text + "'")
                                .collect(Collectors.joining(" or "))));
    }

    public static Optional<Profile> named(String text) {
        return Arrays.stream(values())
                .filter(profile -> profile.text.equals(text))
                .findFirst();
    }
}

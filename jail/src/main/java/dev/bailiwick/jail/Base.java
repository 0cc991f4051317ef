package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.regex.Pattern;

/** The files on which a jail builds, below its own. */
public sealed interface Base {

    /** No base: the root path contains a whole userland. */
    record Directory() implements Base {}

    /** The host's own {@code /usr}, read-only, with private {@code /etc /var /home /tmp /run}. */
    record Thin() implements Base {}

    /** A template of the host, shared read-only; the jail's changes are stored at its root path. */
    record Template(String name) implements Base {

        private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?");

        public Template {
            if (!FORM.matcher(name).matches()) {
                throw new InvalidValue("must name a template: 1 to 64 of a-z, 0-9, '.' and '-'");
            }
        }
    }

    /**
     * Reads {@code directory}, {@code thin} or {@code template:NAME}.
     *
     * @throws InvalidValue if it is none of them
     */
    static Base parse(String text) {
        if (text.equals("directory")) {
            return new Directory();
        }
        if (text.equals("thin")) {
            return new Thin();
        }
        if (text.startsWith("template:")) {
            return new Template(text.substring("template:".length()));
        }
        throw new InvalidValue("must be 'directory', 'thin' or 'template:NAME'");
    }

    /** Returns the text that {@link #parse} reads. */
    default String text() {
        return switch (this) {
            case Directory() -> "directory";
            case Thin() -> "thin";
            case Template(String name) -> "template:" + name;
        };
    }
}

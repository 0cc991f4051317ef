package dev.bailiwick.jail.file;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;

/** What kind of file something is. */
public enum FileKind {
    FILE,
    DIRECTORY,
    LINK,
    FIFO,
    SOCKET,
    DEVICE;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws InvalidValue if it is no {@link #text()} of a kind */
    public static FileKind parse(String text) {
        for (FileKind kind : values()) {
            if (kind.text().equals(text)) {
                return kind;
            }
        }
        throw new InvalidValue("is no kind of file");
    }
}

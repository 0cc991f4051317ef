package dev.bailiwick.jail.desired;

import dev.bailiwick.jail.validation.InvalidValue;

/** What happens to a jail's files when its path changes; the host does it at the jail's next start, before the jail runs. */
public enum PreviousFiles {
    /** The files move to the new path, which must not exist or must be an empty directory. */
    MOVED,
    /** The files are deleted. */
    DELETED;

    /**
     * Reads {@code move} or {@code delete}.
     *
     * @throws InvalidValue if it is neither
     */
    public static PreviousFiles parse(String text) {
        return switch (text) {
            case "move" -> MOVED;
            case "delete" -> DELETED;
            default -> throw new InvalidValue("must be 'move' or 'delete'");
        };
    }

    /** Returns the text that {@link #parse} reads. */
    public String text() {
        return switch (this) {
            case MOVED -> "move";
            case DELETED -> "delete";
        };
    }
}

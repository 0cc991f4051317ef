package dev.bailiwick.jail;

/** What happens to a jail's files when its path changes: at its next start, before it runs. */
public enum PreviousFiles {
    /** They become the files at the new path, which must not exist or must be an empty directory. */
    MOVED,
    /** They are deleted. */
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

    /** The form {@link #parse} reads. */
    public String text() {
        return switch (this) {
            case MOVED -> "move";
            case DELETED -> "delete";
        };
    }
}

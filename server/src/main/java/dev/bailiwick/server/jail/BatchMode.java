package dev.bailiwick.server.jail;

/** What becomes of a batch of definitions of which some cannot be. */
public enum BatchMode {
    /** None is stored. */
    WHOLE,
    /** The others are stored. */
    PARTIAL
}

package dev.bailiwick.server.jail;

/** What becomes of a batch of definitions of which some can not be. */
enum BatchMode {
    /** None is stored. */
    WHOLE,
    /** The others are stored. */
    PARTIAL
}

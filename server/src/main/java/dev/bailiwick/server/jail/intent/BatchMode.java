package dev.bailiwick.server.jail.intent;

/** The treatment of a batch when the server cannot accept all of its lines. */
public enum BatchMode {
    /** The server accepts no line. */
    WHOLE,
    /** The server accepts the other lines. */
    PARTIAL
}

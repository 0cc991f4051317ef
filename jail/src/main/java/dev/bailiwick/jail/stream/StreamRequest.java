package dev.bailiwick.jail.stream;

import dev.bailiwick.jail.JailId;

/** What a stream to a host is for. */
public sealed interface StreamRequest {

    int MAX_VIEWER = 200;

    /** Returns the jail that it is about. */
    JailId jail();

    /**
     * Attaches to a session of a command.
     *
     * @param offset the offset of the first byte of output to send, 0 or more
     * @param viewer who attaches, in words of the server; at most {@link #MAX_VIEWER} characters
     */
    record Attach(JailId jail, ExecId session, long offset, String viewer) implements StreamRequest {}
}

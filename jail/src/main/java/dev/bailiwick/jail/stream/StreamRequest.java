package dev.bailiwick.jail.stream;

import dev.bailiwick.jail.JailId;

/** What a stream to a host is for. */
public sealed interface StreamRequest {

    /** Returns the jail that it is about. */
    JailId jail();

    /**
     * Attaches to a session of a command.
     *
     * @param offset the offset of the first byte of output to send, 0 or more
     */
    record Attach(JailId jail, ExecId session, long offset) implements StreamRequest {}
}

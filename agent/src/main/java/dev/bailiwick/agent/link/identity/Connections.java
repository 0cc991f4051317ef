package dev.bailiwick.agent.link.identity;

import java.io.IOException;

/** What all connections share. */
public interface Connections {
    void close();

    /**
     * Prepares what the first connection needs. This takes a while.
     *
     * @throws IOException if the identity cannot be used
     */
    default void prepare() throws IOException {}
}

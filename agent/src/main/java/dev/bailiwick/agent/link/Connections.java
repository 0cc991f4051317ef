package dev.bailiwick.agent.link;

import java.io.IOException;

/** What all connections share. */
interface Connections {
    void close();

    /**
     * Prepares what the first connection needs. This takes a while.
     *
     * @throws IOException if the identity cannot be used
     */
    default void prepare() throws IOException {}
}

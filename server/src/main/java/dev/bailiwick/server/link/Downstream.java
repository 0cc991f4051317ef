package dev.bailiwick.server.link;

import dev.bailiwick.protocol.v1.ServerMessage;

/** The messages to one agent. */
interface Downstream {

    /**
     * Sends a single message without waiting; drops it if the stream has ended.
     *
     * @return false if the agent has so much unread that the stream should be ended
     */
    boolean send(ServerMessage message);

    /**
     * Sends one of many messages; waits until the stream accepts more.
     *
     * @return false if the stream has ended
     */
    boolean sendWhenReady(ServerMessage message) throws InterruptedException;
}

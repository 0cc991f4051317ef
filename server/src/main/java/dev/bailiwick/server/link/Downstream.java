package dev.bailiwick.server.link;

import dev.bailiwick.protocol.v1.ServerMessage;

/** Takes the messages for one agent. */
interface Downstream {

    /**
     * A single message, at once; dropped where the stream is over.
     *
     * @return false if the agent has left so much unread that the stream had better end
     */
    boolean send(ServerMessage message);

    /**
     * One of many messages: waits until the stream takes more.
     *
     * @return false if the stream is over
     */
    boolean sendWhenReady(ServerMessage message) throws InterruptedException;
}

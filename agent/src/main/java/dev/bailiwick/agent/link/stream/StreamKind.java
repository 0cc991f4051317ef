package dev.bailiwick.agent.link.stream;

import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;

/**
 * Carries the streams of one kind.
 *
 * @param <R> what a stream of this kind is for
 */
@FunctionalInterface
public interface StreamKind<R extends StreamRequest> {

    /**
     * Carries one stream to its end, on a thread of its own. When it returns, the stream ends.
     *
     * @throws StreamRefused if the host does not carry it
     * @throws dev.bailiwick.protocol.stream.StreamClosed if the server has ended it
     */
    void carry(R request, ByteStream stream) throws InterruptedException;
}

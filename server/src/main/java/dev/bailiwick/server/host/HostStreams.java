package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;

/** Streams of bytes to hosts, beside the link. */
public interface HostStreams {

    /**
     * Opens a stream to a host that is connected to this replica. Blocks for up to ten seconds, so it must not be called in a transaction.
     * If the host does not carry it, the stream ends at once with a reason. The caller closes it.
     *
     * @throws HostUnreachable if the host is not connected to this replica, does not answer, or carries too many streams
     */
    ByteStream open(HostId host, StreamRequest request);
}

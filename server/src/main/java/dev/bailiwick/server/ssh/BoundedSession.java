package dev.bailiwick.server.ssh;

import dev.bailiwick.server.bounds.Bound;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.ServerFactoryManager;
import org.apache.sshd.server.session.ServerSessionImpl;
import org.apache.sshd.server.session.SessionFactory;

/**
 * A connection that ends if its client does not read. The library answers whatever a client asks, and would keep any number of answers
 * until they can be sent.
 */
final class BoundedSession extends ServerSessionImpl {

    private final AtomicInteger waiting = new AtomicInteger();

    /** Creates one for each connection. */
    static final class Factory extends SessionFactory {

        Factory(ServerFactoryManager server) {
            super(server);
        }

        @Override
        protected ServerSessionImpl doCreateSession(IoSession connection) throws Exception {
            ConnectionLimit.require(connection);
            return new BoundedSession(getServer(), connection);
        }
    }

    private BoundedSession(ServerFactoryManager server, IoSession connection) throws Exception {
        super(server, connection);
    }

    @Override
    public IoWriteFuture writePacket(Buffer packet) throws IOException {
        if (waiting.get() >= Bound.SSH_PACKETS.value()) {
            close(true);
            throw new IOException("the client does not read what it is sent");
        }
        IoWriteFuture written = super.writePacket(packet);
        waiting.incrementAndGet();
        return written.addListener(_ -> waiting.decrementAndGet());
    }
}

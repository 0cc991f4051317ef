package dev.bailiwick.server.ssh;

import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.bounds.Bound;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.ServerFactoryManager;
import org.apache.sshd.server.session.ServerSessionImpl;
import org.apache.sshd.server.session.SessionFactory;

/**
 * A connection that ends if its client does not read. The library answers whatever a client asks, and would keep any number of answers
 * until they can be sent. It also lets a client begin again what it has begun, which would give it all time and attempts again, and
 * more channels.
 */
final class BoundedSession extends ServerSessionImpl {

    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final OpenStreams streams;
    private boolean hasExchangedKeys;
    private boolean hasBegunToSignIn;
    private boolean hasBegunToWork;

    /** Creates one for each connection. */
    static final class Factory extends SessionFactory {

        private final OpenStreams streams;

        Factory(ServerFactoryManager server, OpenStreams streams) {
            super(server);
            this.streams = streams;
        }

        @Override
        protected ServerSessionImpl doCreateSession(IoSession connection) throws Exception {
            ConnectionLimit.require(connection);
            return new BoundedSession(getServer(), connection, streams);
        }
    }

    private BoundedSession(ServerFactoryManager server, IoSession connection, OpenStreams streams) throws Exception {
        super(server, connection);
        this.streams = streams;
    }

    /** Before a client has signed in, it needs keys once. */
    @Override
    protected void handleKexInit(Buffer proposal) throws Exception {
        if (hasExchangedKeys && !isAuthenticated()) {
            throw new SshException(SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "Keys are exchanged again");
        }
        hasExchangedKeys = true;
        super.handleKexInit(proposal);
    }

    /** A second service would not know how long the client has taken, and how many attempts and channels it has had. */
    @Override
    public void startService(String name, Buffer request) throws Exception {
        if (isAuthenticated() ? hasBegunToWork : hasBegunToSignIn) {
            throw new SshException(SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "A service begins again");
        }
        if (isAuthenticated()) {
            hasBegunToWork = true;
        } else {
            hasBegunToSignIn = true;
        }
        super.startService(name, request);
    }

    /** Takes a place for the client before it learns that it has signed in. */
    @Override
    public IoWriteFuture signalAuthenticationSuccess(String user, String service, Buffer request) throws Exception {
        Connection.of(this).signedIn(streams);
        return super.signalAuthenticationSuccess(user, service, request);
    }

    @Override
    public IoWriteFuture writePacket(Buffer packet) throws IOException {
        long bytes = packet.available();
        if (waiting.get() >= Bound.SSH_PACKETS.value() || waitingBytes.get() >= Bound.SSH_PACKET_BYTES.value()) {
            close(true);
            throw new IOException("the client does not read what it is sent");
        }
        IoWriteFuture written = super.writePacket(packet);
        waiting.incrementAndGet();
        waitingBytes.addAndGet(bytes);
        return written.addListener(_ -> {
            waiting.decrementAndGet();
            waitingBytes.addAndGet(-bytes);
        });
    }
}

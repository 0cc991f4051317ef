package dev.bailiwick.agent.link.identity;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the server that this host joined. TLS is loaded by {@link #prepare}, after the start of the jails, which need not
 * wait for it.
 */
public final class HostConnections implements Connections {

    /** Their own credit bounds what a stream holds; this bounds what a server can send beyond it. */
    private static final int STREAM_WINDOW_BYTES = 256 << 10;

    private final Identity identity;
    private volatile @Nullable SslContext tls;
    private volatile @Nullable Channels channels;
    private @Nullable Channels ofStreams;

    public HostConnections(Identity identity) {
        this.identity = identity;
    }

    @Override
    public void prepare() throws IOException {
        try {
            tls = Tls.of(identity);
        } catch (SSLException e) {
            throw new IOException("The identity of this host cannot be used: " + e.getMessage(), e);
        }
        channels = new Channels();
    }

    /** @param callbacks runs the callbacks of this connection */
    public ManagedChannel open(Executor callbacks) {
        if (channels == null || tls == null) {
            throw new IllegalStateException("the link was not started");
        }
        return channels.open(identity.server(), tls, callbacks);
    }

    /**
     * Opens a connection for streams of bytes. Its input and output have a thread of their own, so that they never delay the link.
     *
     * @param replica the address of one replica of the server; empty for the address of all
     * @param callbacks runs the callbacks of this connection
     */
    public synchronized ManagedChannel openForStreams(Optional<ServerAddress> replica, Executor callbacks) {
        SslContext prepared = tls;
        if (prepared == null) {
            throw new IllegalStateException("the link was not started");
        }
        if (ofStreams == null) {
            ofStreams = new Channels();
        }
        return ofStreams.open(replica.orElse(identity.server()), prepared, callbacks, STREAM_WINDOW_BYTES);
    }

    @Override
    public synchronized void close() {
        if (channels != null) {
            channels.close();
        }
        if (ofStreams != null) {
            ofStreams.close();
        }
    }
}

package dev.bailiwick.agent.link.identity;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the server that this host joined. TLS is loaded by {@link #prepare}, after the start of the jails, which need not
 * wait for it.
 */
public final class HostConnections implements Connections {

    private final Identity identity;
    private volatile @Nullable SslContext tls;
    private volatile @Nullable Channels channels;

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

    @Override
    public void close() {
        if (channels != null) {
            channels.close();
        }
    }
}

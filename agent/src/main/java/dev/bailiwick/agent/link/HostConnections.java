package dev.bailiwick.agent.link;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Connections to the server that this host joined. TLS and what it takes are made ready late: jails do not wait for them. */
final class HostConnections implements ServerLink.Connections {

    private final Identity identity;
    private volatile @Nullable SslContext tls;
    private volatile @Nullable Dialler dialler;

    HostConnections(Identity identity) {
        this.identity = identity;
    }

    @Override
    public void prepare() throws IOException {
        try {
            tls = Tls.of(identity);
        } catch (SSLException e) {
            throw new IOException("The identity of this host cannot be used: " + e.getMessage(), e);
        }
        dialler = new Dialler();
    }

    /** @param callbacks runs everything that comes of this connection */
    ManagedChannel dial(Executor callbacks) {
        if (dialler == null || tls == null) {
            throw new IllegalStateException("the link was not started");
        }
        return dialler.dial(identity.server(), tls, callbacks);
    }

    @Override
    public void close() {
        if (dialler != null) {
            dialler.close();
        }
    }
}

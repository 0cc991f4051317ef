package dev.bailiwick.server.bounds;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** Tomcat's port for HTTP, of whose connections one machine has so many that others find some left. */
public final class FairPort extends Http11NioProtocol {

    public FairPort() {
        super(new Endpoint());
    }

    private static final class Endpoint extends NioEndpoint {

        @Override
        protected boolean setSocketOptions(SocketChannel socket) {
            if (mayStay(socket)) {
                return super.setSocketOptions(socket);
            }
            // Tomcat closes only connections that it has accepted before.
            destroySocket(socket);
            return false;
        }

        private boolean mayStay(SocketChannel socket) {
            try {
                return socket.getRemoteAddress() instanceof InetSocketAddress peer
                        && connectionsOf(Peers.key(peer.getAddress())) < Bound.HTTP_CONNECTIONS_OF_A_PEER.value();
            } catch (IOException e) {
                // It has ended already.
                return false;
            }
        }

        private long connectionsOf(String peer) {
            return getConnections().stream()
                    .map(SocketWrapperBase::getRemoteAddr)
                    .filter(Objects::nonNull)
                    .filter(address -> Peers.key(InetAddress.ofLiteral(address)).equals(peer))
                    .count();
        }
    }
}

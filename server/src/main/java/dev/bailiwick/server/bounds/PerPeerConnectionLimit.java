package dev.bailiwick.server.bounds;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** Tomcat's HTTP port with a limit on the connections of one peer, so that others find some left. */
public final class PerPeerConnectionLimit extends Http11NioProtocol {

    public PerPeerConnectionLimit() {
        super(new Endpoint());
    }

    private static final class Endpoint extends NioEndpoint {

        @Override
        protected boolean setSocketOptions(SocketChannel socket) {
            if (mayStay(socket)) {
                return super.setSocketOptions(socket);
            }
            // Tomcat itself would close only a connection that it has registered.
            destroySocket(socket);
            return false;
        }

        private boolean mayStay(SocketChannel socket) {
            try {
                return socket.getRemoteAddress() instanceof InetSocketAddress peer
                        && connectionsOf(PeerKey.of(peer.getAddress())) < Bound.HTTP_CONNECTIONS_OF_A_PEER.value();
            } catch (IOException e) {
                // The peer has closed the connection already.
                return false;
            }
        }

        private long connectionsOf(String peer) {
            return getConnections().stream()
                    .map(SocketWrapperBase::getRemoteAddr)
                    .filter(Objects::nonNull)
                    .filter(address ->
                            PeerKey.of(InetAddress.ofLiteral(address)).equals(peer))
                    .count();
        }
    }
}

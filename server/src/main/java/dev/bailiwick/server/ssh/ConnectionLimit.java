package dev.bailiwick.server.ssh;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.bounds.PeerKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.session.helpers.AbstractSession;
import org.jspecify.annotations.Nullable;

/**
 * Refuses connections of which there are too many, before anything is sent or kept. If too many clients have not signed in, a new one
 * takes the place of the oldest one of the peer that has most, so that a few peers do not keep all others out.
 */
final class ConnectionLimit {

    private ConnectionLimit() {}

    /** @throws IOException if the connection is refused; it is closed then */
    static void require(IoSession connection) throws IOException {
        SocketAddress remote = connection.getRemoteAddress();
        List<IoSession> all = connection.getService().getManagedSessions().values().stream()
                .filter(other -> other.getId() != connection.getId() && !other.isClosing())
                .toList();
        List<IoSession> strangers =
                all.stream().filter(ConnectionLimit::isStranger).toList();
        if (all.size() >= Bound.SSH_CONNECTIONS.value()
                || ofPeer(all, remote) >= Bound.SSH_CONNECTIONS_OF_A_PEER.value()
                || ofPeer(strangers, remote) >= Bound.SSH_STRANGERS_OF_A_PEER.value()) {
            // Whoever has accepted it does not close it.
            var _ = connection.close(true);
            throw new IOException("there are too many connections");
        }
        if (strangers.size() >= Bound.SSH_STRANGERS.value()) {
            var _ = oldestOfTheLargestPeer(strangers).close(true);
        }
    }

    /** Among peers with as many, it is the one whose oldest connection is older. */
    private static IoSession oldestOfTheLargestPeer(List<IoSession> among) {
        return among.stream()
                .collect(Collectors.groupingBy(connection -> key(connection.getRemoteAddress())))
                .values()
                .stream()
                .max(Comparator.<List<IoSession>>comparingInt(List::size)
                        .thenComparingLong(ofPeer -> -oldest(ofPeer).getId()))
                .map(ConnectionLimit::oldest)
                .orElseThrow();
    }

    private static IoSession oldest(List<IoSession> among) {
        // Their numbers rise.
        return Collections.min(among, Comparator.comparingLong(IoSession::getId));
    }

    /** Returns whether the client has not signed in. */
    private static boolean isStranger(IoSession connection) {
        AbstractSession session = AbstractSession.getSession(connection, true);
        return session == null || !session.isAuthenticated();
    }

    private static long ofPeer(List<IoSession> among, @Nullable SocketAddress peer) {
        return among.stream()
                .filter(one -> key(one.getRemoteAddress()).equals(key(peer)))
                .count();
    }

    private static String key(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress address ? PeerKey.of(address.getAddress()) : "";
    }
}

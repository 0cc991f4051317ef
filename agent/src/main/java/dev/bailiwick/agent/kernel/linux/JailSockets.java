package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets that the agent has in the network namespaces of jails. The namespace of a jail that has ended exists until they are closed. */
final class JailSockets {

    private static final Logger log = LoggerFactory.getLogger(JailSockets.class);

    private final Map<JailId, Map<SocketChannel, Runnable>> open = new ConcurrentHashMap<>();

    /** Has a socket closed when its jail ends, at the latest, and this run then. */
    void add(JailId jail, SocketChannel socket, Runnable whenJailEnds) {
        open.compute(jail, (_, sockets) -> {
            Map<SocketChannel, Runnable> all = sockets == null ? new HashMap<>() : sockets;
            // Those that others have closed.
            all.keySet().removeIf(one -> !one.isOpen());
            all.put(socket, whenJailEnds);
            return all;
        });
    }

    /** Closes those of a jail that has ended. */
    void close(JailId jail) {
        Map<SocketChannel, Runnable> sockets = open.remove(jail);
        if (sockets != null) {
            sockets.forEach((socket, ended) -> {
                // First, as the end of the socket is an end of its own.
                ended.run();
                close(socket);
            });
        }
    }

    private static void close(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("a connection to a jail was lost before it was closed: {}", e.toString());
        }
    }
}

package dev.bailiwick.jail.stream;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import java.net.InetAddress;
import java.util.List;

/** What a stream to a host is for. */
public sealed interface StreamRequest {

    int MAX_VIEWER = 200;

    /** Returns the jail that it is about. */
    JailId jail();

    /**
     * Attaches to a session of a command.
     *
     * @param offset the offset of the first byte of output to send, 0 or more
     * @param viewer who attaches, in words of the server; at most {@link #MAX_VIEWER} characters
     */
    record Attach(JailId jail, ExecId session, long offset, String viewer) implements StreamRequest {}

    /**
     * Connects to a port in the jail's network namespace. The first message of the host is empty and says that the port has accepted;
     * all others are the bytes of the connection.
     *
     * @param addresses are tried in this order; 1 to {@link #MAX_ADDRESSES}
     * @param port of TCP
     */
    record Forward(JailId jail, List<InetAddress> addresses, int port) implements StreamRequest {

        public static final int MAX_ADDRESSES = 4;
        public static final int MAX_PORT = 65_535;

        public Forward {
            addresses = List.copyOf(addresses);
            if (addresses.isEmpty() || addresses.size() > MAX_ADDRESSES) {
                throw new InvalidValue("must have 1 to " + MAX_ADDRESSES + " addresses");
            }
            if (port < 1 || port > MAX_PORT) {
                throw new InvalidValue("must be a port from 1 to " + MAX_PORT);
            }
        }
    }
}

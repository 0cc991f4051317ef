package dev.bailiwick.server.jail.command;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.command.JailSessions.Reached;
import dev.bailiwick.server.jail.socket.SocketTickets;
import dev.bailiwick.server.jail.socket.StreamSockets;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;

/** Opens the WebSockets of those who attach to sessions of commands. */
@Component
class ExecSockets {

    private final StreamSockets sockets;
    private final JailSessions sessions;
    private final SocketTickets tickets;

    ExecSockets(StreamSockets sockets, JailSessions sessions, SocketTickets tickets) {
        this.sockets = sockets;
        this.sessions = sessions;
        this.tickets = tickets;
    }

    StreamSockets sockets() {
        return sockets;
    }

    JailSessions sessions() {
        return sessions;
    }

    SocketTickets tickets() {
        return tickets;
    }

    /**
     * Upgrades a request to a WebSocket.
     *
     * @throws dev.bailiwick.server.jail.socket.UpgradeRequired if it asks for none
     * @throws dev.bailiwick.server.jail.socket.ForeignOrigin if a page of another site sent it
     * @throws dev.bailiwick.server.account.stream.TooManyStreams if the caller has too many streams open
     */
    void upgrade(
            HttpServletRequest request, HttpServletResponse response, Caller caller, Reached session, long offset) {
        sockets.upgrade(request, response, new ExecSocket(this, caller, session, offset));
    }

    /** @throws InvalidRequest if no output has this offset */
    static long requireOffset(long offset) {
        if (offset < 0) {
            throw new InvalidRequest("/offset", "must be 0 or more");
        }
        return offset;
    }
}

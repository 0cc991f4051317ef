package dev.bailiwick.server.jail.forward;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.forward.JailForwards.Prepared;
import dev.bailiwick.server.jail.socket.SocketTickets;
import dev.bailiwick.server.jail.socket.StreamSockets;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.stereotype.Component;

/** Opens the WebSockets of those who connect to ports in jails. */
@Component
class ForwardSockets {

    private final Semaphore room = new Semaphore(Bound.FORWARDS_BY_WEBSOCKET.value());
    private final StreamSockets sockets;
    private final JailForwards forwards;
    private final SocketTickets tickets;
    private final ForwardRecords records;

    ForwardSockets(StreamSockets sockets, JailForwards forwards, SocketTickets tickets, ForwardRecords records) {
        this.sockets = sockets;
        this.forwards = forwards;
        this.tickets = tickets;
        this.records = records;
    }

    StreamSockets sockets() {
        return sockets;
    }

    JailForwards forwards() {
        return forwards;
    }

    SocketTickets tickets() {
        return tickets;
    }

    ForwardRecords records() {
        return records;
    }

    /**
     * Upgrades a request to a WebSocket.
     *
     * @throws TooManyForwards if the user or the jail has too many, or all users together have
     * @throws dev.bailiwick.server.jail.socket.UpgradeRequired if it asks for none
     * @throws dev.bailiwick.server.jail.socket.ForeignOrigin if a page of another site sent it
     */
    void upgrade(HttpServletRequest request, HttpServletResponse response, Caller caller, Prepared prepared) {
        // Its place is taken before the upgrade, so that the refusal is an answer that says why.
        sockets.upgrade(request, response, new ForwardSocket(this, caller, prepared, reserve(caller, prepared)));
    }

    /** Takes one of the connections of the web port, of which forwards must leave some, beside the place. Both are given back once. */
    private Runnable reserve(Caller caller, Prepared prepared) {
        if (!room.tryAcquire()) {
            throw TooManyForwards.byWebSocket();
        }
        try {
            Runnable place = forwards.reserve(caller, prepared);
            AtomicBoolean hasLeft = new AtomicBoolean();
            return () -> {
                place.run();
                if (!hasLeft.getAndSet(true)) {
                    room.release();
                }
            };
        } catch (RuntimeException e) {
            room.release();
            throw e;
        }
    }
}

package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.StreamWire;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.host.HostStreams;
import dev.bailiwick.server.host.HostUnreachable;
import dev.bailiwick.server.link.stream.StreamTickets;
import dev.bailiwick.server.link.stream.StreamTickets.Waiting;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** Has a host open streams over a connection of their own, by a message on its session with this replica. */
@Component
class LinkStreams implements HostStreams {

    private final HostConnections connections;
    private final Sessions sessions;
    private final StreamTickets tickets;
    /** The streams of each host and each jail. */
    private final Map<Object, Integer> open = new ConcurrentHashMap<>();

    LinkStreams(HostConnections connections, Sessions sessions, StreamTickets tickets) {
        this.connections = connections;
        this.sessions = sessions;
        this.tickets = tickets;
    }

    @Override
    public ByteStream open(HostId host, StreamRequest request) {
        HostDialler dialler = sessionOf(host).dialler();
        if (!dialler.carries(StreamWire.kind(request))) {
            throw new HostUnreachable("its agent does not carry streams of this kind");
        }
        int ofJail = take(request.jail(), Bound.JAIL_STREAMS);
        try {
            // The streams of other jails do not keep a jail from its first.
            take(host, ofJail == 1 ? Bound.LINK_CALLS : Bound.HOST_STREAMS);
        } catch (HostUnreachable e) {
            leave(request.jail());
            throw e;
        }
        Waiting waiting = tickets.expect(host, request, () -> {
            leave(host);
            leave(request.jail());
        });
        try {
            if (dialler.dial(waiting.ticket())) {
                return waiting.await().orElseThrow(() -> new HostUnreachable("it did not open the stream in time"));
            }
            throw new HostUnreachable("it has not read earlier messages yet");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            waiting.abandon();
            throw new HostUnreachable("the wait for it was interrupted");
        } catch (HostUnreachable e) {
            waiting.abandon();
            throw e;
        }
    }

    private HostSession sessionOf(HostId host) {
        // This replica may not have noticed that another has the host now.
        return connections
                .session(host)
                .flatMap(current ->
                        sessions.find(host).filter(session -> session.id().equals(current)))
                .orElseThrow(() -> new HostUnreachable("it is not connected to this server"));
    }

    /** Returns how many it has now. */
    private int take(Object whose, Bound bound) {
        int now = open.merge(whose, 1, Integer::sum);
        if (now > bound.value()) {
            leave(whose);
            throw new HostUnreachable("it carries " + bound.value() + " streams of this "
                    + (whose instanceof JailId ? "jail" : "server") + " already");
        }
        return now;
    }

    private void leave(Object whose) {
        open.computeIfPresent(whose, (_, count) -> count == 1 ? null : count - 1);
    }
}

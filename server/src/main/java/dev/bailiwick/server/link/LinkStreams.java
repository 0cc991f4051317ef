package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.StreamWire;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.host.HostStreams;
import dev.bailiwick.server.host.HostUnreachable;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.link.stream.StreamTickets;
import dev.bailiwick.server.link.stream.StreamTickets.Waiting;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * Has a host open streams over a connection of their own, by a message on its session with this replica. If another replica has the session, the
 * host is asked by a question, which passes through that replica, to dial the address of this one.
 */
@Component
class LinkStreams implements HostStreams {

    /** How long the question takes at most by which a host is asked through another replica. */
    private static final Duration TO_ASK = Duration.ofSeconds(5);

    private final HostConnections connections;
    private final Sessions sessions;
    private final StreamTickets tickets;
    private final HostCalls calls;
    private final LinkProperties properties;
    /** The streams of each host and each jail. */
    private final Map<Object, Integer> open = new ConcurrentHashMap<>();

    LinkStreams(
            HostConnections connections,
            Sessions sessions,
            StreamTickets tickets,
            HostCalls calls,
            LinkProperties properties) {
        this.calls = calls;
        this.properties = properties;
        this.connections = connections;
        this.sessions = sessions;
        this.tickets = tickets;
    }

    @Override
    public ByteStream open(HostId host, StreamRequest request) {
        Optional<HostDialler> here = diallerOf(host);
        if (here.filter(dialler -> !dialler.carries(StreamWire.kind(request))).isPresent()) {
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
            here.ifPresentOrElse(
                    dialler -> requireDialled(dialler, waiting), () -> requireDialledElsewhere(host, waiting));
            return waiting.await().orElseThrow(() -> new HostUnreachable("it did not open the stream in time"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            waiting.abandon();
            throw new HostUnreachable("the wait for it was interrupted");
        } catch (RuntimeException e) {
            // Also if the database fails through which another replica is asked.
            waiting.abandon();
            throw e;
        }
    }

    /** Returns empty if the host is connected to another replica. */
    private Optional<HostDialler> diallerOf(HostId host) {
        // This replica may not have noticed that another has the host now.
        SessionId current = connections.session(host).orElseThrow(() -> new HostUnreachable("it is not connected"));
        Optional<HostSession> here =
                sessions.find(host).filter(session -> session.id().equals(current));
        if (here.isEmpty() && properties.replica().isEmpty()) {
            throw new HostUnreachable("it is not connected to this server");
        }
        return here.map(HostSession::dialler);
    }

    private static void requireDialled(HostDialler dialler, Waiting waiting) {
        if (!dialler.dial(waiting.ticket())) {
            throw new HostUnreachable("it has not read earlier messages yet");
        }
    }

    private void requireDialledElsewhere(HostId host, Waiting waiting) {
        String ticket = HexFormat.of().formatHex(waiting.ticket().toByteArray());
        if (calls.ask(host, new HostQuestion.DialReplica(properties.replica(), ticket), TO_ASK)
                instanceof HostReply.Unanswered<HostAnswer.Dialled>(var reason, String detail)) {
            throw new HostUnreachable(detail.isEmpty() ? reason.text() : detail);
        }
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

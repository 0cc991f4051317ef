package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.bounds.Bound;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * The tickets with which people attach to sessions: each is valid once, at this replica, and for its user and session. A ticket is no
 * credential: whoever shows it has signed in as well.
 */
@Component
class AttachTickets {

    static final Duration VALID = Duration.ofMinutes(1);

    private static final int TICKET_BYTES = 24;

    private final SecureRandom random = new SecureRandom();
    private final Clock clock;
    private final Map<String, Ticket> issued = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Ticket> eldest) {
            return size() > Bound.ATTACH_TICKETS.value();
        }
    };

    private record Ticket(UserId user, JailId jail, ExecId session, Instant until) {}

    AttachTickets(Clock clock) {
        this.clock = clock;
    }

    String issue(Caller caller, JailId jail, ExecId session) {
        byte[] bytes = new byte[TICKET_BYTES];
        random.nextBytes(bytes);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        synchronized (issued) {
            issued.put(
                    text,
                    new Ticket(caller.user(), jail, session, clock.instant().plus(VALID)));
        }
        return text;
    }

    /** Uses the ticket up; returns whether it was valid for this caller and session. */
    boolean use(String text, Caller caller, JailId jail, ExecId session) {
        Ticket ticket;
        synchronized (issued) {
            ticket = issued.remove(text);
        }
        return ticket != null
                && ticket.user.equals(caller.user())
                && ticket.jail.equals(jail)
                && ticket.session.equals(session)
                && clock.instant().isBefore(ticket.until);
    }
}

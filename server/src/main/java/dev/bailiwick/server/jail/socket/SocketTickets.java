package dev.bailiwick.server.jail.socket;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.database.RowAccess;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The tickets with which people open WebSockets: each is valid once, at any replica, for its user and what it is for. A ticket is no
 * credential: whoever shows it has signed in as well. The database knows only their hashes.
 */
@Component
public class SocketTickets {

    static final Duration VALID = Duration.ofMinutes(1);

    private final JdbcClient jdbc;
    private final Clock clock;

    /** What a ticket is for, in its jail. */
    public sealed interface Purpose {}

    /** To attach to a session of a command. */
    public record Session(ExecId id) implements Purpose {}

    /** To connect to a port of TCP. */
    public record Port(int number) implements Purpose {}

    SocketTickets(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    @Transactional
    public String issue(Caller caller, JailId jail, Purpose purpose) {
        Secret ticket = Secret.fresh("");
        jdbc.sql("""
                        DELETE FROM attach_ticket WHERE hash IN (
                            SELECT hash FROM attach_ticket WHERE user_id = :user
                            ORDER BY expires_at DESC OFFSET :kept FOR UPDATE SKIP LOCKED)
                        """)
                .param("user", caller.user().value())
                .param("kept", Bound.ATTACH_TICKETS_OF_A_USER.value() - 1)
                .update();
        jdbc.sql("""
                        INSERT INTO attach_ticket (hash, user_id, jail_id, session_id, port, expires_at)
                        VALUES (:hash, :user, :jail, :session, :port, :expiry)
                        """)
                .param("hash", ticket.hash())
                .param("user", caller.user().value())
                .param("jail", jail.value())
                .param("session", session(purpose), Types.OTHER)
                .param("port", port(purpose), Types.INTEGER)
                .param("expiry", Timestamp.from(clock.instant().plus(VALID)))
                .update();
        return ticket.text();
    }

    /** Uses the ticket up; returns whether it was valid for this caller and purpose. Only one of several replicas gets it. */
    @Transactional
    public boolean use(String text, Caller caller, JailId jail, Purpose purpose) {
        return jdbc.sql("""
                        DELETE FROM attach_ticket
                        WHERE hash = :hash AND user_id = :user AND jail_id = :jail AND expires_at > :now
                            AND session_id IS NOT DISTINCT FROM :session AND port IS NOT DISTINCT FROM :port
                        """)
                        .param("hash", new Secret(text).hash())
                        .param("user", caller.user().value())
                        .param("jail", jail.value())
                        .param("session", session(purpose), Types.OTHER)
                        .param("port", port(purpose), Types.INTEGER)
                        .param("now", Timestamp.from(clock.instant()))
                        .update()
                == 1;
    }

    private static @Nullable UUID session(Purpose purpose) {
        return switch (purpose) {
            case Session(ExecId id) -> id.value();
            case Port _ -> null;
        };
    }

    private static @Nullable Integer port(Purpose purpose) {
        return switch (purpose) {
            case Session _ -> null;
            case Port(int number) -> number;
        };
    }

    /** Deletes those that nobody has used in time. */
    @Scheduled(fixedDelayString = "PT1M", initialDelayString = "PT1M")
    @SchedulerLock(name = "delete-expired-attach-tickets", lockAtMostFor = "PT1M")
    void deleteExpired() {
        RowAccess.everything()
                .run(() -> jdbc.sql("DELETE FROM attach_ticket WHERE expires_at <= :now")
                        .param("now", Timestamp.from(clock.instant()))
                        .update());
    }
}

package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.host.HostCalls;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Who opened which session. One query a second finds the sessions of users whose access has changed; those of users who may no longer work in the
 * jail are ended on their hosts, also if nobody is attached to them. A host that is away is asked again until it answers; it never delays others.
 */
@Component
class OpenedSessions {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** A session of which its host knows nothing may be about to begin for so long. */
    private static final Duration BEGINNING = Duration.ofMinutes(1);

    private static final int MAX_AT_ONCE_OF_HOST = 10;

    /** Many times as many as a jail has at a time; the host forgets sessions without the server learning of it. */
    private static final int MAX_OF_JAIL = 1_000;

    /** With more, the host is asked which there still are. */
    private static final int MANY = 32;

    private final JdbcClient jdbc;
    private final Users users;
    private final HostCalls hosts;
    private final Audit audit;
    private final TransactionOperations transactions;
    private final Clock clock;
    /** Those that a host is being asked to end. */
    private final Set<ExecId> ending = ConcurrentHashMap.newKeySet();

    OpenedSessions(
            JdbcClient jdbc,
            Users users,
            HostCalls hosts,
            Audit audit,
            TransactionOperations transactions,
            Clock clock) {
        this.jdbc = jdbc;
        this.users = users;
        this.hosts = hosts;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** @param isOfFormerStaff whether somebody of the staff opened it as the user, and their access has changed */
    private record Changed(
            ExecId session,
            JailId jail,
            CustomerId customer,
            HostId host,
            UserId user,
            long version,
            boolean isOfFormerStaff,
            Instant openedAt) {}

    /**
     * Records who opens a session; in the transaction of the caller.
     *
     * @throws TooManySessions if it is not known of too many whether they still exist
     */
    void record(Caller caller, HostId host, JailId jail, ExecId session) {
        if (count(jail) >= MAX_OF_JAIL) {
            throw new TooManySessions("its host has yet to say which of " + MAX_OF_JAIL + " earlier ones still exist");
        }
        Optional<Caller.ActingStaff> staff = caller.acting();
        jdbc.sql("""
                        INSERT INTO exec_session
                            (id, jail_id, host_id, user_id, access_version, opened_at, staff_id, staff_access_version)
                        VALUES (:id, :jail, :host, :user, :version, :now, :staff, :staffVersion)
                        """)
                .param("id", session.value())
                .param("jail", jail.value())
                .param("host", host.value())
                .param("user", caller.user().value())
                .param("version", caller.access().version())
                .param("now", Timestamp.from(clock.instant()))
                .param("staff", staff.map(who -> who.user().value()).orElse(null), Types.OTHER)
                .param("staffVersion", staff.map(Caller.ActingStaff::version).orElse(null), Types.BIGINT)
                .update();
    }

    private int count(JailId jail) {
        return jdbc.sql("SELECT count(*) FROM exec_session WHERE jail_id = :jail")
                .param("jail", jail.value())
                .query(Integer.class)
                .single();
    }

    boolean areMany(JailId jail) {
        return count(jail) > MANY;
    }

    /** Forgets a session that does not exist. */
    void forget(ExecId session) {
        jdbc.sql("DELETE FROM exec_session WHERE id = :id")
                .param("id", session.value())
                .update();
    }

    /** Forgets the sessions of a jail that do not exist any more, now that its host has said which do. */
    void keepOnly(JailId jail, Collection<ExecId> existing) {
        jdbc.sql("""
                        DELETE FROM exec_session WHERE jail_id = :jail AND opened_at < :begun AND NOT id = ANY (:existing)
                        """)
                .param("jail", jail.value())
                .param("begun", Timestamp.from(clock.instant().minus(BEGINNING)))
                .param("existing", existing.stream().map(ExecId::value).toArray(UUID[]::new))
                .update();
    }

    /** Ends the sessions of users who may no longer work in their jails. */
    @Scheduled(fixedDelayString = "PT1S", initialDelayString = "PT1S")
    void endWithdrawn() {
        RowAccess.everything().run(() -> changed().forEach(this::reconsider));
    }

    private List<Changed> changed() {
        return jdbc.sql("""
                        SELECT * FROM (
                            SELECT s.id, s.jail_id, j.customer_id, s.host_id, s.user_id, u.access_version, s.opened_at,
                                b.id IS NOT NULL AS of_former_staff,
                                row_number() OVER (PARTITION BY s.host_id ORDER BY s.opened_at) AS place
                            FROM exec_session s JOIN app_user u ON u.id = s.user_id JOIN jail j ON j.id = s.jail_id
                            LEFT JOIN app_user b ON b.id = s.staff_id
                                AND (b.disabled_at IS NOT NULL OR b.access_version <> s.staff_access_version)
                            WHERE u.disabled_at IS NOT NULL OR u.access_version <> s.access_version OR b.id IS NOT NULL
                        ) changed
                        WHERE place <= :most
                        """)
                .param("most", MAX_AT_ONCE_OF_HOST)
                .query((row, number) -> new Changed(
                        new ExecId(row.getObject("id", UUID.class)),
                        new JailId(row.getObject("jail_id", UUID.class)),
                        new CustomerId(row.getObject("customer_id", UUID.class)),
                        new HostId(row.getObject("host_id", UUID.class)),
                        new UserId(row.getObject("user_id", UUID.class)),
                        row.getLong("access_version"),
                        row.getBoolean("of_former_staff"),
                        row.getTimestamp("opened_at").toInstant()))
                .list();
    }

    private void reconsider(Changed session) {
        boolean isAllowed = !session.isOfFormerStaff()
                && users.inSession(session.user())
                        .filter(user -> user.may(Right.CONSOLE, session.customer(), session.jail()))
                        .isPresent();
        if (isAllowed) {
            jdbc.sql("UPDATE exec_session SET access_version = :version WHERE id = :id")
                    .param("version", session.version())
                    .param("id", session.session().value())
                    .update();
        } else if (ending.add(session.session())) {
            // A host may take its time.
            RowAccess.everything()
                    .threads(Thread.ofVirtual().name("withdrawn-session").factory())
                    .newThread(() -> end(session))
                    .start();
        }
    }

    private void end(Changed session) {
        try {
            if (hosts.ask(session.host(), new HostQuestion.EndSession(session.jail(), session.session()), LIMIT)
                    instanceof HostReply.Answered<HostAnswer.SessionGone>(HostAnswer.SessionGone(boolean existed))) {
                transactions.executeWithoutResult(_ -> gone(session, existed));
            }
        } finally {
            ending.remove(session.session());
        }
    }

    private void gone(Changed session, boolean existed) {
        if (existed) {
            audit.record(
                    "host:" + session.host(),
                    Subject.of("jail", session.jail())
                            .visibleTo(session.customer().value()),
                    new CommandEvent.Withdrawn(session.session().value()));
        }
        if (existed || session.openedAt().isBefore(clock.instant().minus(BEGINNING))) {
            forget(session.session());
        }
    }
}

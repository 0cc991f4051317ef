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
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.host.HostCalls;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Who opened which session. One query a second finds the sessions of users whose access has changed; those of users who may no longer work in the
 * jail are ended on their hosts, also if nobody is attached to them. A host that is away is asked again until it answers.
 */
@Component
class OpenedSessions {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAX_AT_ONCE = 100;

    /** Many times as many as a jail has at a time; the host forgets sessions without the server learning of it. */
    private static final int MAX_OF_JAIL = 1_000;

    private final JdbcClient jdbc;
    private final Users users;
    private final HostCalls hosts;
    private final Clock clock;
    /** Those that a host is being asked to end. */
    private final Set<ExecId> ending = ConcurrentHashMap.newKeySet();

    OpenedSessions(JdbcClient jdbc, Users users, HostCalls hosts, Clock clock) {
        this.jdbc = jdbc;
        this.users = users;
        this.hosts = hosts;
        this.clock = clock;
    }

    private record Changed(ExecId session, JailId jail, CustomerId customer, HostId host, UserId user, long version) {}

    /** Records who opens a session; in the transaction of the caller. */
    void record(Caller caller, HostId host, JailId jail, ExecId session) {
        jdbc.sql("""
                        DELETE FROM exec_session WHERE id IN (SELECT id FROM exec_session WHERE jail_id = :jail
                            ORDER BY opened_at DESC OFFSET :most)
                        """).param("jail", jail.value()).param("most", MAX_OF_JAIL - 1).update();
        jdbc.sql("""
                        INSERT INTO exec_session (id, jail_id, host_id, user_id, access_version, opened_at)
                        VALUES (:id, :jail, :host, :user, :version, :now)
                        """)
                .param("id", session.value())
                .param("jail", jail.value())
                .param("host", host.value())
                .param("user", caller.user().value())
                .param("version", caller.access().version())
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    /** Ends the sessions of users who may no longer work in their jails. */
    @Scheduled(fixedDelayString = "PT1S", initialDelayString = "PT1S")
    void endWithdrawn() {
        RowAccess.everything().run(() -> changed().forEach(this::reconsider));
    }

    private List<Changed> changed() {
        return jdbc.sql("""
                        SELECT s.id, s.jail_id, j.customer_id, s.host_id, s.user_id, u.access_version
                        FROM exec_session s JOIN app_user u ON u.id = s.user_id JOIN jail j ON j.id = s.jail_id
                        WHERE u.disabled_at IS NOT NULL OR u.access_version <> s.access_version
                        ORDER BY s.opened_at LIMIT :most
                        """)
                .param("most", MAX_AT_ONCE)
                .query((row, number) -> new Changed(
                        new ExecId(row.getObject("id", UUID.class)),
                        new JailId(row.getObject("jail_id", UUID.class)),
                        new CustomerId(row.getObject("customer_id", UUID.class)),
                        new HostId(row.getObject("host_id", UUID.class)),
                        new UserId(row.getObject("user_id", UUID.class)),
                        row.getLong("access_version")))
                .list();
    }

    private void reconsider(Changed session) {
        boolean isAllowed = users.inSession(session.user())
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
                    instanceof HostReply.Answered<HostAnswer.SessionGone>) {
                jdbc.sql("DELETE FROM exec_session WHERE id = :id")
                        .param("id", session.session().value())
                        .update();
            }
        } finally {
            ending.remove(session.session());
        }
    }
}

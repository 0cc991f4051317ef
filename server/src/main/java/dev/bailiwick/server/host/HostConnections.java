package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Condition;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The connections of hosts: which host has a session, and what each host last reported about itself.
 *
 * <p>The statements of a session do not wait for the database's disk. A database that loses their changes also breaks the connection
 * for notifications, so the session ends and the host connects again. A transaction that waits for the disk must not notify, because
 * PostgreSQL would commit all such transactions one after another.
 */
@Service
public class HostConnections {

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    HostConnections(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** Returns the current session of this host, at any replica; empty if the host is not connected. */
    public Optional<SessionId> session(HostId id) {
        return jdbc.sql("SELECT session FROM host_connection WHERE host_id = ? AND connected_until > ?")
                .params(id.value(), Timestamp.from(clock.instant()))
                .query(UUID.class)
                .optional()
                .map(SessionId::new);
    }

    /**
     * Notes that a host has opened a stream. This session replaces an earlier one.
     *
     * @param acceptedRevision the revision of the desired state on the host's disk; 0 if it has none
     * @param validity how long the host counts as connected without a heartbeat
     * @throws HostNotFound if there is no such host, or it is retired
     */
    @Transactional
    public void connected(
            HostId id,
            SessionId session,
            String agentVersion,
            HostFacts facts,
            long acceptedRevision,
            Duration validity) {
        Instant now = clock.instant();
        int known = jdbc.sql("""
                        INSERT INTO host_connection
                            (host_id, session, connected_until, last_seen_at, accepted_revision, agent_version, root_base, facts)
                        SELECT id, :session, :until, :now, :accepted, :version, :rootBase, :facts::jsonb
                        FROM host WHERE id = :id AND retired_at IS NULL
                        ON CONFLICT (host_id) DO UPDATE SET session = excluded.session,
                            connected_until = excluded.connected_until, last_seen_at = excluded.last_seen_at,
                            accepted_revision = excluded.accepted_revision, agent_version = excluded.agent_version,
                            root_base = excluded.root_base, facts = excluded.facts, conditions = '[]'
                        """)
                .param("id", id.value())
                .param("session", session.value())
                .param("until", Timestamp.from(now.plus(validity)))
                .param("now", Timestamp.from(now))
                .param("accepted", acceptedRevision)
                .param("version", agentVersion)
                .param("rootBase", facts.rootBase())
                .param("facts", json.writeValueAsString(facts))
                .update();
        if (known == 0) {
            throw new HostNotFound(id);
        }
        jdbc.sql("SELECT pg_notify('host_seen', ?), set_config('synchronous_commit', 'off', true)")
                .param(id.toString())
                .query((row, number) -> number)
                .list();
    }

    /**
     * Notes a heartbeat.
     *
     * @return whether the session is still the current one of the host; otherwise another session has replaced it
     */
    public boolean heartbeat(HostId id, SessionId session, Duration validity) {
        Instant now = clock.instant();
        return jdbc.sql("""
                                UPDATE host_connection SET connected_until = ?, last_seen_at = ?
                                WHERE host_id = ? AND session = ?
                                """)
                        .params(Timestamp.from(now.plus(validity)), Timestamp.from(now), id.value(), session.value())
                        .update()
                > 0;
    }

    /** Replaces the conditions of the host. Does nothing if another session has replaced this one. */
    public void noteConditions(HostId id, SessionId session, List<Condition> conditions) {
        jdbc.sql("""
                        WITH noted AS (
                            UPDATE host_connection SET conditions = ?::jsonb, last_seen_at = ?
                            WHERE host_id = ? AND session = ? RETURNING host_id)
                        SELECT pg_notify('host_seen', host_id::text), set_config('synchronous_commit', 'off', true) FROM noted
                        """)
                .params(
                        json.writeValueAsString(conditions),
                        Timestamp.from(clock.instant()),
                        id.value(),
                        session.value())
                .query((row, number) -> number)
                .list();
    }

    /** Notes that the session has ended. Does nothing if another session has replaced it. */
    public void disconnected(HostId id, SessionId session) {
        jdbc.sql("""
                        WITH ended AS (
                            UPDATE host_connection SET session = NULL, connected_until = NULL, last_seen_at = ?
                            WHERE host_id = ? AND session = ? RETURNING host_id)
                        SELECT pg_notify('host_seen', host_id::text), set_config('synchronous_commit', 'off', true) FROM ended
                        """)
                .params(Timestamp.from(clock.instant()), id.value(), session.value())
                .query((row, number) -> number)
                .list();
    }

    /**
     * Notes that the desired state up to this revision is durable on the host's disk. Does nothing if that is already known. Does
     * not wait for the database's disk: if the database loses this, the host reports it again.
     */
    public void acceptRevision(HostId id, long revision) {
        jdbc.sql("""
                        WITH accepted AS (
                            UPDATE host_connection SET accepted_revision = ?, last_seen_at = ?
                            WHERE host_id = ? AND accepted_revision < ? RETURNING host_id)
                        SELECT pg_notify('host_seen', host_id::text), set_config('synchronous_commit', 'off', true)
                        FROM accepted
                        """)
                .params(revision, Timestamp.from(clock.instant()), id.value(), revision)
                .query((row, number) -> number)
                .list();
    }

    /** Stores how many ranges of user ids the host has, and how many of them jails and kept files use. */
    public void countIdRanges(HostId id, int count, int taken) {
        jdbc.sql("UPDATE host_connection SET id_ranges = ?, id_ranges_taken = ? WHERE host_id = ?")
                .params(count, taken, id.value())
                .update();
    }

    /** Ends the sessions of server replicas that stopped without ending them, and notifies listeners. */
    @Scheduled(fixedDelay = 2000)
    public void endLapsedSessions() {
        jdbc.sql("""
                        WITH lapsed AS (
                            UPDATE host_connection SET session = NULL, connected_until = NULL
                            WHERE connected_until < ? RETURNING host_id)
                        SELECT notify_together('host_seen', array_agg(host_id::text)), set_config('synchronous_commit', 'off', true)
                        FROM lapsed HAVING count(*) > 0
                        """)
                .param(Timestamp.from(clock.instant()))
                .query((row, number) -> number)
                .list();
    }
}

package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.IfMatch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.id.uuid.UuidVersion7Strategy;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The machines that run jails: which there are, and which of them are there now.
 *
 * <p>What a host's session writes is not waited for until it is on the database's disk: a database that loses it also breaks the
 * connection for notifications, so that the session ends and the host comes back. No transaction that does wait for the disk notifies:
 * PostgreSQL would commit all such one after another.
 */
@Service
public class Hosts {

    private final JdbcClient jdbc;
    private final HostRows rows;
    private final JsonMapper json;
    private final Audit audit;
    private final Clock clock;

    Hosts(JdbcClient jdbc, JsonMapper json, Audit audit, Clock clock) {
        this.jdbc = jdbc;
        this.rows = new HostRows(jdbc, json);
        this.json = json;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * @throws HostNameTaken if another host has this name
     */
    @Transactional
    public Host define(Caller caller, HostName name) {
        caller.require(Scope.HOSTS_WRITE);
        HostId id = new HostId(UuidVersion7Strategy.INSTANCE.generateUuid(null));
        Instant now = clock.instant();
        try {
            jdbc.sql("INSERT INTO host (id, name, created_at) VALUES (?, ?, ?)")
                    .params(id.value(), name.value(), Timestamp.from(now))
                    .update();
        } catch (DuplicateKeyException e) {
            throw new HostNameTaken(name);
        }
        audit.record(caller.actor(), Subject.of("host", id), new HostEvent.Created(name.value()));
        seen(id);
        return new Host(id, name, 1, 0, now, Optional.empty(), Host.Agreement.FULL);
    }

    /**
     * Nothing happens if it has this name already.
     *
     * @throws HostNotFound if there is none
     * @throws HostChangedMeanwhile if it is not as the caller has seen it
     * @throws HostNameTaken if another host has this name
     */
    @Transactional
    public Host rename(Caller caller, HostId id, HostName name, IfMatch condition) {
        caller.require(Scope.HOSTS_WRITE);
        Host before = locked(id);
        if (!condition.admits(before.version())) {
            throw new HostChangedMeanwhile(condition, before.version());
        }
        if (before.name().equals(name)) {
            return before;
        }
        try {
            jdbc.sql("UPDATE host SET name = ?, version = version + 1 WHERE id = ?")
                    .params(name.value(), id.value())
                    .update();
        } catch (DuplicateKeyException e) {
            throw new HostNameTaken(name);
        }
        audit.record(
                caller.actor(),
                Subject.of("host", id),
                new HostEvent.Renamed(name.value(), before.name().value()));
        seen(id);
        return find(id).orElseThrow(() -> new HostNotFound(id));
    }

    private Host locked(HostId id) {
        jdbc.sql("SELECT id FROM host WHERE id = ? FOR NO KEY UPDATE")
                .param(id.value())
                .query((row, number) -> number)
                .list();
        return find(id).orElseThrow(() -> new HostNotFound(id));
    }

    public Optional<Host> find(HostId id) {
        return rows.find(id, clock.instant());
    }

    /**
     * @param from the host that the page starts with; empty for the first page. Where it is gone, nothing is found
     * @param limit how many at most
     */
    public HostPage list(HostFilter filter, HostOrder order, Optional<HostId> from, int limit) {
        return rows.page(filter, order, from, limit, clock.instant());
    }

    /** The session by which this host is connected now, at whichever replica; empty where it is not connected. */
    public Optional<SessionId> session(HostId id) {
        return jdbc.sql("SELECT session FROM host_connection WHERE host_id = ? AND connected_until > ?")
                .params(id.value(), Timestamp.from(clock.instant()))
                .query(UUID.class)
                .optional()
                .map(SessionId::new);
    }

    /** How many hosts the whole list has. */
    public HostCount count(HostFilter filter) {
        return rows.count(filter, clock.instant());
    }

    /** How many jails each of these hosts has that has any, also ones that are retired but not yet gone. */
    public Map<HostId, Long> jails(Collection<HostId> hosts) {
        Map<HostId, Long> jails = new HashMap<>();
        jdbc.sql("""
                        SELECT host_id, count(*) AS jails FROM jail
                        WHERE host_id = ANY (:hosts::uuid[]) AND NOT files_only GROUP BY host_id
                        """).param("hosts", texts(hosts)).query(row -> {
            jails.put(id(row), row.getLong("jails"));
        });
        return jails;
    }

    /** How many ranges of user ids files bear that removed jails left, on each of these hosts where there are such files. */
    public Map<HostId, Long> keptRanges(Collection<HostId> hosts) {
        Map<HostId, Long> kept = new HashMap<>();
        jdbc.sql("""
                        SELECT k.host_id, count(DISTINCT k.first_host_id) AS kept FROM kept_files k
                        WHERE k.host_id = ANY (:hosts::uuid[])
                            AND NOT EXISTS (SELECT FROM jail j WHERE j.host_id = k.host_id AND j.path = k.path AND NOT j.files_only)
                            AND NOT EXISTS (SELECT FROM jail j WHERE j.id = k.jail_id AND NOT j.files_only)
                        GROUP BY k.host_id
                        """).param("hosts", texts(hosts)).query(row -> {
            kept.put(id(row), row.getLong("kept"));
        });
        return kept;
    }

    /** What a host has yet to do, as {@link #queues} says. */
    public Queue queue(HostId host) {
        return queues(List.of(host)).getOrDefault(host, Queue.EMPTY);
    }

    /** What each of these hosts has yet to do that has jails. The pace is by the host's own clock, and not of what it told again. */
    public Map<HostId, Queue> queues(Collection<HostId> hosts) {
        Map<HostId, Queue> queues = new HashMap<>();
        jdbc.sql("""
                        WITH latest AS (
                            SELECT j.host_id, s.jail_id, s.generation, s.phase, s.reported_at, s.received_at,
                                max(s.reported_at) OVER (PARTITION BY j.host_id) AS newest, j.generation AS wanted
                            FROM jail j LEFT JOIN jail_status s ON s.jail_id = j.id WHERE j.host_id = ANY (:hosts::uuid[]))
                        SELECT host_id, count(*) FILTER (WHERE jail_id IS NULL OR generation < wanted
                                OR phase IN ('pending', 'starting', 'stopping')) AS waiting,
                            count(*) FILTER (WHERE phase IN ('running', 'stopped')
                                AND reported_at > newest - interval '10 seconds' AND received_at > :now::timestamptz - interval '15 seconds')
                                / 10.0 AS pace
                        FROM latest GROUP BY host_id
                        """)
                .param("hosts", texts(hosts))
                .param("now", Timestamp.from(clock.instant()))
                .query(row -> {
                    queues.put(id(row), new Queue(row.getLong("waiting"), row.getDouble("pace")));
                });
        return queues;
    }

    private static String[] texts(Collection<HostId> hosts) {
        return hosts.stream().map(HostId::toString).toArray(String[]::new);
    }

    private static HostId id(ResultSet row) throws SQLException {
        return new HostId(row.getObject("host_id", UUID.class));
    }

    /**
     * @throws HostNotFound if there is none
     * @throws HostHasJails if it has jails, also ones that are retired but not yet gone
     */
    @Transactional
    public void retire(Caller caller, HostId id) {
        caller.require(Scope.HOSTS_WRITE);
        // Locked first: a jail that is being defined on it holds this lock until it can be counted.
        String name = jdbc.sql("SELECT name FROM host WHERE id = ? AND retired_at IS NULL FOR UPDATE")
                .param(id.value())
                .query(String.class)
                .optional()
                .orElseThrow(() -> new HostNotFound(id));
        long jails = jdbc.sql("SELECT count(*) FROM jail WHERE host_id = ?")
                .param(id.value())
                .query(Long.class)
                .single();
        if (jails > 0) {
            throw new HostHasJails(name, jails);
        }
        jdbc.sql("UPDATE host SET retired_at = ? WHERE id = ?")
                .params(Timestamp.from(clock.instant()), id.value())
                .update();
        jdbc.sql("UPDATE host_connection SET session = NULL, connected_until = NULL WHERE host_id = ?")
                .param(id.value())
                .update();
        audit.record(caller.actor(), Subject.of("host", id), new HostEvent.Retired(name));
        seen(id);
    }

    /**
     * The host has a stream now; a session it had before counts no more.
     *
     * @param acceptedRevision the desired state on its disk, 0 where there is none
     * @param validity how long it counts as connected without another sign of life
     * @throws HostNotFound if there is none, or it is retired
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
     * A sign of life.
     *
     * @return whether the session is still the host's; if not, another has replaced it
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

    /** What is wrong with the host now, in place of what was. Nothing happens if another session has replaced this one. */
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

    /** The session has ended. Nothing happens if another has replaced it. */
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
     * The desired state up to this revision is durable on the host's disk; nothing happens if that is known. It is not waited for until
     * the database has this on its own: where the database loses it, the host says it again.
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

    /** How many ranges of user ids a host has, and how many jails and kept files have taken, as it says itself. */
    public void countIdRanges(HostId id, int count, int taken) {
        jdbc.sql("UPDATE host_connection SET id_ranges = ?, id_ranges_taken = ? WHERE host_id = ?")
                .params(count, taken, id.value())
                .update();
    }

    /** Ends the sessions whose server replica went away without a word, so that whoever watches is notified. */
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

    private void seen(HostId id) {
        jdbc.sql("SELECT notify_after_commit('host_seen', ?)")
                .param(id.toString())
                .query((row, number) -> number)
                .list();
    }
}

package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.request.IfMatch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.hibernate.id.uuid.UuidVersion7Strategy;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The machines that run jails: defines, renames, retires and finds them, and counts the jails and the backlog of each.
 * {@link HostConnections} knows which of them are connected.
 */
@Service
public class Hosts {

    private final JdbcClient jdbc;
    private final HostRows rows;
    private final Audit audit;
    private final Backlogs backlogs;
    private final Clock clock;

    Hosts(JdbcClient jdbc, JsonMapper json, Audit audit, Clock clock) {
        this.jdbc = jdbc;
        this.rows = new HostRows(jdbc, json);
        this.audit = audit;
        this.backlogs = new Backlogs(jdbc, clock);
        this.clock = clock;
    }

    /**
     * Creates a host.
     *
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
        notifySeen(id);
        return new Host(id, name, 1, 0, Overcommit.NONE, now, Optional.empty(), Host.Agreement.FULL);
    }

    /**
     * Renames a host. Does nothing if it has this name already.
     *
     * @throws HostNotFound if there is no such host
     * @throws HostVersionConflict if it has changed since the caller saw it
     * @throws HostNameTaken if another host has this name
     */
    @Transactional
    public Host rename(Caller caller, HostId id, HostName name, IfMatch condition) {
        return change(caller, id, condition, before -> new HostFields(name, before.overcommit()));
    }

    /**
     * Changes what operators say of a host. Does nothing if that is the case already. What its jails have stays theirs, even if it is more
     * than the host promises from now on.
     *
     * @param change returns the new fields; nothing else changes the host meanwhile
     * @throws HostNotFound if there is no such host
     * @throws HostVersionConflict if it has changed since the caller saw it
     * @throws HostNameTaken if another host has this name
     */
    @Transactional
    public Host change(Caller caller, HostId id, IfMatch condition, UnaryOperator<HostFields> change) {
        caller.require(Scope.HOSTS_WRITE);
        Host before = lock(id);
        if (!condition.admits(before.version())) {
            throw new HostVersionConflict(condition, before.version());
        }
        HostFields known = new HostFields(before.name(), before.overcommit());
        HostFields wanted = change.apply(known);
        if (wanted.equals(known)) {
            return before;
        }
        Overcommit overcommit = wanted.overcommit();
        try {
            jdbc.sql("""
                            UPDATE host SET name = :name, memory_overcommit = :memory, cpu_overcommit = :cpu, version = version + 1
                            WHERE id = :id
                            """)
                    .param("name", wanted.name().value())
                    .param("memory", overcommit.memory(), Types.NUMERIC)
                    .param("cpu", overcommit.cpu(), Types.NUMERIC)
                    .param("id", id.value())
                    .update();
        } catch (DuplicateKeyException e) {
            throw new HostNameTaken(wanted.name());
        }
        if (!wanted.name().equals(known.name())) {
            audit.record(
                    caller.actor(),
                    Subject.of("host", id),
                    new HostEvent.Renamed(wanted.name().value(), known.name().value()));
        }
        if (!overcommit.equals(known.overcommit())) {
            audit.record(
                    caller.actor(),
                    Subject.of("host", id),
                    new HostEvent.OvercommitChanged(overcommit.memory(), overcommit.cpu()));
        }
        notifySeen(id);
        return find(id).orElseThrow(() -> new HostNotFound(id));
    }

    /**
     * Returns the host, which no other transaction changes until this one ends.
     *
     * @throws HostNotFound if there is no such host
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Host lock(HostId id) {
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
     * Returns one page of the list of hosts.
     *
     * @param from the host with which the page begins; empty for the first page. If that host is gone, the page is empty
     * @param limit the maximum number of hosts
     */
    public HostPage list(HostFilter filter, HostOrder order, Optional<HostId> from, int limit) {
        return rows.page(filter, order, from, limit, clock.instant());
    }

    /** Returns how many hosts the whole list has. */
    public HostCount count(HostFilter filter) {
        return rows.count(filter, clock.instant());
    }

    /**
     * Returns how many jails each of these hosts has, including retired jails that are not gone yet. Hosts without jails are
     * missing.
     */
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

    /**
     * Returns how many ranges of user ids the files of removed jails use on each of these hosts. Hosts without such files are
     * missing.
     */
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

    /** Returns the backlog of a host, see {@link #backlogs}. */
    public Backlog backlog(HostId host) {
        return backlogs(List.of(host)).getOrDefault(host, Backlog.EMPTY);
    }

    /**
     * Returns the backlog of each of these hosts; hosts that have nothing left to do may be missing. The pace is measured by the host's own
     * clock and ignores repeated reports.
     */
    public Map<HostId, Backlog> backlogs(Collection<HostId> hosts) {
        return backlogs.of(hosts);
    }

    private static String[] texts(Collection<HostId> hosts) {
        return hosts.stream().map(HostId::toString).toArray(String[]::new);
    }

    private static HostId id(ResultSet row) throws SQLException {
        return new HostId(row.getObject("host_id", UUID.class));
    }

    /**
     * Retires a host, and ends its session.
     *
     * @throws HostNotFound if there is no such host
     * @throws HostHasJails if it has jails, including retired jails that are not gone yet
     */
    @Transactional
    public void retire(Caller caller, HostId id) {
        caller.require(Scope.HOSTS_WRITE);
        // Locked first: a transaction that defines a jail on this host holds the lock until the jail can be counted.
        String name = jdbc.sql("SELECT name FROM host WHERE id = ? AND retired_at IS NULL FOR UPDATE")
                .param(id.value())
                .query(String.class)
                .optional()
                .orElseThrow(() -> new HostNotFound(id));
        jdbc.sql(
                        "SELECT count(*) AS jails, count(*) FILTER (WHERE retired_at IS NULL) AS staying FROM jail WHERE host_id = ?")
                .param(id.value())
                .query(row -> {
                    if (row.getLong("jails") > 0) {
                        throw new HostHasJails(name, row.getLong("jails"), row.getLong("staying"));
                    }
                });
        jdbc.sql("UPDATE host SET retired_at = ? WHERE id = ?")
                .params(Timestamp.from(clock.instant()), id.value())
                .update();
        jdbc.sql("UPDATE host_connection SET session = NULL, connected_until = NULL WHERE host_id = ?")
                .param(id.value())
                .update();
        audit.record(caller.actor(), Subject.of("host", id), new HostEvent.Retired(name));
        notifySeen(id);
    }

    private void notifySeen(HostId id) {
        jdbc.sql("SELECT notify_after_commit('host_seen', ?)")
                .param(id.toString())
                .query((row, number) -> number)
                .list();
    }
}

package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.jail.placement.HostFit;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The revision of each host, which counts the changes of what is wanted there. A change first takes the host's next revision, and so
 * holds the lock of the host's row until the commit.
 */
@Component
class HostRevisions {

    private final JdbcClient jdbc;
    private final Notifications notifications;

    HostRevisions(JdbcClient jdbc, Notifications notifications) {
        this.jdbc = jdbc;
        this.notifications = notifications;
    }

    /** Locks the host's row without a new revision. */
    void lock(HostId host) {
        jdbc.sql("SELECT id FROM host WHERE id = ? FOR NO KEY UPDATE")
                .param(host.value())
                .query((row, number) -> number)
                .list();
    }

    /** Locks the row of the host that has this jail, without a new revision. */
    void lockHostOf(JailId jail) {
        jdbc.sql("SELECT id FROM host WHERE id = (SELECT host_id FROM jail WHERE id = ?) FOR NO KEY UPDATE")
                .param(jail.value())
                .query((row, number) -> number)
                .list();
    }

    /**
     * A host whose row is locked.
     *
     * @param revision its new revision
     * @param capacity the most that its jails may have together: what it last reported, times its overcommit
     */
    record LockedHost(long revision, Quota capacity) {}

    /** The new revision of this host, whose row is locked from here on. */
    LockedHost next(HostId host) {
        LockedHost locked = next(List.of(host)).get(host);
        if (locked == null) {
            throw HostFit.noHost();
        }
        return locked;
    }

    /** The new revisions of those hosts that exist. Their rows are locked from here on, in the order of their ids. */
    Map<HostId, LockedHost> next(List<HostId> hosts) {
        Map<HostId, LockedHost> revisions = new HashMap<>();
        jdbc.sql("""
                        WITH locked AS (
                            SELECT id FROM host WHERE id = ANY (:hosts::uuid[]) AND retired_at IS NULL
                            ORDER BY id FOR NO KEY UPDATE)
                        UPDATE host h SET revision = revision + 1
                        FROM locked LEFT JOIN host_connection c ON c.host_id = locked.id WHERE h.id = locked.id
                        RETURNING h.id, h.revision, notify_after_commit('host_changed', h.id || ' ' || h.revision),
                            CASE WHEN h.memory_overcommit IS NOT NULL
                                THEN trunc(h.memory_overcommit * (c.facts ->> 'memoryBytes')::bigint)::bigint END AS memory,
                            CASE WHEN h.cpu_overcommit IS NOT NULL
                                THEN trunc(h.cpu_overcommit * 1000 * (c.facts ->> 'cpus')::integer)::bigint END AS cpu_millis
                        """)
                .param("hosts", hosts.stream().map(HostId::toString).toArray(String[]::new))
                .query(row -> {
                    Quota capacity = new Quota(
                            null,
                            row.getObject("memory", Long.class),
                            row.getObject("cpu_millis", Long.class),
                            null,
                            null);
                    revisions.put(
                            new HostId(row.getObject("id", UUID.class)),
                            new LockedHost(row.getLong("revision"), capacity));
                });
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                revisions.forEach((host, locked) ->
                        notifications.publishLocally(new Notification.HostChanged(host, locked.revision())));
            }
        });
        return revisions;
    }
}

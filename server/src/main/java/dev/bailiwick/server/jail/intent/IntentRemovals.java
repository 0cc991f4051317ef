package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The statements that delete jails, and that insert tombstones again. Only {@link Intents} may use them, because it
 * locks the rows of the hosts.
 */
@Component
class IntentRemovals {

    /** A host that connects at this moment and has read these jails next gets a snapshot without them. */
    private static final String FORGET_UNSEEN = """
            WITH forgotten AS (
                DELETE FROM jail j WHERE j.id = ANY (:ids::uuid[]) AND j.retired_at IS NOT NULL
                AND NOT EXISTS (SELECT FROM host_connection c WHERE c.host_id = j.host_id)
                RETURNING j.id, j.host_id, notify_after_commit('jail_reported', j.id::text)),
            pruned AS (
                UPDATE host h SET pruned_revision = h.revision WHERE h.id IN (SELECT host_id FROM forgotten))
            SELECT id FROM forgotten
            """;

    private static final String FORGET_REMOVED = """
            WITH gone AS (
                DELETE FROM jail j
                USING jsonb_to_recordset(:reports::jsonb) AS r(jail uuid, generation bigint, phase text)
                WHERE j.id = r.jail AND j.host_id = :host AND j.retired_at IS NOT NULL
                    AND r.phase = 'removed' AND r.generation >= j.generation
                RETURNING j.*),
            kept AS (
                INSERT INTO kept_files AS k (host_id, path, customer_id, jail_id, jail_name, base, generation,
                    first_host_id, kept_at)
                SELECT gone.host_id, gone.path, gone.customer_id, gone.id, gone.name, gone.base, gone.generation,
                    s.first_host_id, :now
                FROM gone JOIN host_connection c ON c.host_id = gone.host_id
                LEFT JOIN jail_status s ON s.jail_id = gone.id
                WHERE gone.files_fate = 'kept' AND (s.first_host_id IS NOT NULL OR c.id_ranges IS NULL)
                ON CONFLICT (host_id, path) DO UPDATE SET customer_id = excluded.customer_id,
                    jail_id = excluded.jail_id, jail_name = excluded.jail_name, base = excluded.base,
                    generation = excluded.generation, first_host_id = excluded.first_host_id,
                    kept_at = excluded.kept_at),
            deleted AS (
                DELETE FROM kept_files k USING gone
                WHERE gone.files_fate = 'deleted' AND k.host_id = gone.host_id AND k.path = gone.path),
            pruned AS (
                UPDATE host h SET pruned_revision = greatest(h.pruned_revision, (SELECT max(revision) FROM gone))
                WHERE h.id IN (SELECT host_id FROM gone))
            SELECT id, name, customer_id, notify_after_commit('jail_changed', id::text),
                notify_after_commit('jail_reported', id::text)
            FROM gone
            """;

    private static final String BRING_BACK = """
            INSERT INTO jail (id, customer_id, host_id, name, generation, revision, hostname, path, base, profile,
                command, environment, wanted, created_at, updated_at, retired_at, files_fate, files_only)
            SELECT k.jail_id, k.customer_id, k.host_id, coalesce(nullif(k.jail_name, ''), 'removed'),
                k.generation + 1, :revision, 'removed', k.path, k.base, 'hosting', '["/bin/true"]', '{}', 'stopped',
                least(k.kept_at, :now), :now, :now, 'deleted', true
            FROM kept_files k WHERE k.id = :id
            RETURNING notify_after_commit('jail_changed', id::text)
            """;

    /** The jails to be deleted: whoever changes the rights to a jail locks it first, and its colleagues then. */
    private static final String LOCK_UNSEEN = """
            SELECT j.id FROM jail j WHERE j.id = ANY (:ids::uuid[]) AND j.retired_at IS NOT NULL
                AND NOT EXISTS (SELECT FROM host_connection c WHERE c.host_id = j.host_id)
            ORDER BY j.id FOR UPDATE OF j
            """;

    private static final String LOCK_REMOVED = """
            SELECT j.id FROM jail j JOIN jsonb_to_recordset(:reports::jsonb) AS r(jail uuid, generation bigint, phase text)
                ON j.id = r.jail
            WHERE j.host_id = :host AND j.retired_at IS NOT NULL AND r.phase = 'removed' AND r.generation >= j.generation
            ORDER BY j.id FOR UPDATE OF j
            """;

    /**
     * The colleagues who lose several jails at once, in the order of all changes of rights. A deletion alone would lock them jail by
     * jail.
     */
    private static final String LOCK_COLLEAGUES = """
            SELECT u.id FROM app_user u
            WHERE u.id IN (SELECT g.user_id FROM jail_grant g WHERE g.jail_id = ANY (:ids::uuid[]))
            ORDER BY u.id FOR NO KEY UPDATE OF u
            """;

    private final JdbcClient jdbc;

    IntentRemovals(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Deletes jails that the current transaction has inserted. No other transaction has seen them. */
    void undo(Set<JailId> ids) {
        if (!ids.isEmpty()) {
            jdbc.sql("DELETE FROM jail WHERE id = ANY (:ids::uuid[])")
                    .param("ids", texts(ids))
                    .update();
        }
    }

    /** Deletes those of these retired jails whose hosts have never connected, and returns their ids. */
    Set<JailId> forgetUnseen(Collection<JailId> retired) {
        if (retired.isEmpty()) {
            return Set.of();
        }
        List<JailId> locked = jdbc.sql(LOCK_UNSEEN)
                .param("ids", texts(retired))
                .query((row, number) -> id(row.getObject("id", UUID.class)))
                .list();
        if (locked.isEmpty()) {
            return Set.of();
        }
        lockColleagues(locked);
        return new HashSet<>(jdbc.sql(FORGET_UNSEEN)
                .param("ids", texts(retired))
                .query((row, number) -> id(row.getObject("id", UUID.class)))
                .list());
    }

    /** A deleted jail. Its host has nothing of it, except files if they are kept. */
    record ForgottenJail(JailId id, String name, UUID customer) {}

    /**
     * Deletes the retired jails that the host reports removed, and returns them.
     *
     * @param reports as JSON; a report counts if its phase is {@code removed} and it is at least as new as the
     *     retirement
     */
    List<ForgottenJail> forgetRemoved(HostId host, String reports, Instant now) {
        List<JailId> locked = jdbc.sql(LOCK_REMOVED)
                .param("reports", reports)
                .param("host", host.value())
                .query((row, number) -> id(row.getObject("id", UUID.class)))
                .list();
        if (locked.isEmpty()) {
            return List.of();
        }
        lockColleagues(locked);
        return jdbc.sql(FORGET_REMOVED)
                .param("now", Timestamp.from(now))
                .param("reports", reports)
                .param("host", host.value())
                .query((row, number) -> new ForgottenJail(
                        id(row.getObject("id", UUID.class)),
                        row.getString("name"),
                        row.getObject("customer_id", UUID.class)))
                .list();
    }

    private void lockColleagues(Collection<JailId> jails) {
        List<UUID> _ = jdbc.sql(LOCK_COLLEAGUES)
                .param("ids", texts(jails))
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
    }

    /** Inserts the jail that left these files as a tombstone again, so that its host deletes the files. */
    void bringBack(UUID keptFiles, long revision, Instant now) {
        jdbc.sql(BRING_BACK)
                .param("revision", revision)
                .param("now", Timestamp.from(now))
                .param("id", keptFiles)
                .query((row, number) -> number)
                .list();
    }

    private static JailId id(UUID value) {
        return new JailId(value);
    }

    private static String[] texts(Collection<JailId> ids) {
        return ids.stream().map(JailId::toString).toArray(String[]::new);
    }
}

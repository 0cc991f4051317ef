package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.intent.HostRevisions.LockedHost;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Stores that the jails of customers are suspended, and that they are not any more. */
@Component
class SuspensionRows {

    /** The reasons for which a jail that is wanted running stays stopped. */
    private static final String[] ENDS = {
        Condition.HALTED_ITSELF, Condition.COMPLETED, Condition.ENDED, Condition.RESTART_LIMIT_REACHED
    };

    /**
     * Tells the hosts to stop the customers' jails, or to follow again what is wanted of them. Only those that are wanted running get
     * another generation. A jail that has ended by itself stays stopped afterwards: without a suspension it would not start either. What
     * an operator still has to decide about a jail is not decided by this: its host follows after the decision.
     */
    private static final String SUSPEND = """
            WITH r AS (SELECT * FROM jsonb_to_recordset(:revisions::jsonb) AS r(host uuid, revision bigint)),
            affected AS (
                SELECT jail.id, r.revision, jail.wanted = 'running' AND
            """ + IntentRows.AGREED + """
                     AS changes,
                    coalesce(:suspended AND jail.wanted = 'running' AND s.phase = 'stopped' AND s.generation = jail.generation
                        AND EXISTS (SELECT FROM jsonb_array_elements(s.conditions) AS c
                            WHERE c ->> 'reason' = ANY (:ends)), false) AS rests
                FROM jail JOIN r ON r.host = jail.host_id LEFT JOIN jail_status s ON s.jail_id = jail.id
                WHERE jail.customer_id = ANY (:customers::uuid[]) AND jail.retired_at IS NULL AND jail.suspended <> :suspended),
            changed AS (
                UPDATE jail SET suspended = :suspended, updated_at = :now,
                    generation = jail.generation + CASE WHEN a.changes THEN 1 ELSE 0 END,
                    revision = CASE WHEN a.changes THEN a.revision ELSE jail.revision END,
                    wanted = CASE WHEN a.changes AND a.rests THEN 'stopped' ELSE jail.wanted END
                FROM affected a WHERE jail.id = a.id
                RETURNING notify_after_commit('jail_changed', jail.id::text), jail.customer_id, a.changes AND NOT a.rests AS counts)
            SELECT customer_id, count(*) FILTER (WHERE counts) AS jails FROM changed GROUP BY customer_id
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    SuspensionRows(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** Whether a customer is suspended. */
    enum Suspension {
        SUSPENDED,
        LIFTED
    }

    /**
     * Has the hosts stop the jails of the customers, or start again those that it stopped.
     *
     * @param revisions the new revision of each host that has jails of the customers; its row is locked
     * @return how many jails of each customer are stopped or started by that
     */
    Map<CustomerId, Long> suspend(
            Collection<CustomerId> customers, Suspension suspension, Map<HostId, LockedHost> revisions, Instant now) {
        record HostRevision(String host, long revision) {}
        Map<CustomerId, Long> jails = new HashMap<>();
        jdbc.sql(SUSPEND)
                .param("customers", customers.stream().map(CustomerId::toString).toArray(String[]::new))
                .param("suspended", suspension == Suspension.SUSPENDED)
                .param("ends", ENDS)
                .param(
                        "revisions",
                        json.writeValueAsString(revisions.entrySet().stream()
                                .map(host -> new HostRevision(
                                        host.getKey().toString(),
                                        host.getValue().revision()))
                                .toList()))
                .param("now", Timestamp.from(now))
                .query(row -> {
                    jails.put(new CustomerId(row.getObject("customer_id", UUID.class)), row.getLong("jails"));
                });
        return jails;
    }
}

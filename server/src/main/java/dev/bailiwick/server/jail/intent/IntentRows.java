package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.jail.intent.HostRevisions.LockedHost;
import dev.bailiwick.server.jail.view.DefinitionRow;
import dev.bailiwick.server.problem.Failure;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * The statements that store the desired state of one jail or many. Only {@link Intents} and {@link CustomerSuspensions} may use them,
 * because they lock the rows of the hosts. The statements that delete jails are in {@link IntentRemovals}; {@link IntentConflicts} says why a row cannot be
 * stored.
 */
@Component
class IntentRows {

    /** Sends a notification about each changed jail after the commit. */
    private static final String NOTIFYING = " RETURNING notify_after_commit('jail_changed', jail.id::text), jail.id";

    /** True unless an operator still has to choose between the server's and the host's version of the jail. */
    static final String AGREED =
            " NOT EXISTS (SELECT FROM host_difference d WHERE d.host_id = jail.host_id AND d.jail_id = jail.id)";

    /** Inserts the overrides of the rows whose jails are in {@code stored}. */
    private static final String INSERT_OVERRIDES = """
            INSERT INTO policy_override (jail_id, position, call, decision, reason, set_by, until)
            SELECT r.id, o.position - 1, o.call, o.decision, o.reason, o."setBy", o.until
            FROM stored JOIN r ON r.id = stored.id, ROWS FROM (jsonb_to_recordset(r.overrides)
                    AS (call text, decision text, reason text, "setBy" text, until timestamptz))
                WITH ORDINALITY AS o(call, decision, reason, "setBy", until, position)
            """;

    /** Inserts the rows in the order of their names, so that no two transactions wait for each other. */
    private static final String INSERT = "WITH " + IntentRow.ROWS + """
            , stored AS (
                INSERT INTO jail (id, customer_id, host_id, external_id, plan_version_id, generation, revision, created_at, updated_at,
            """ + DefinitionRow.COLUMNS + """
                ) SELECT id, customer_id, host_id, external_id, plan_version_id, generation, revision, :now, :now,
            """
            + DefinitionRow.COLUMNS + """
                FROM r WHERE EXISTS (SELECT FROM customer c WHERE c.id = r.customer_id
                        AND c.retired_at IS NULL AND c.suspended_at IS NULL AND NOT c.reseller_suspended)
                    AND NOT
            """ + IntentConflicts.HOLDS_FILES + " AND NOT " + IntentConflicts.OVERLAPS + """
                ORDER BY customer_id, name
                ON CONFLICT DO NOTHING RETURNING id),
            overridden AS (
            """
            + INSERT_OVERRIDES + """
            ) SELECT id, notify_after_commit('jail_changed', id::text) FROM stored
            """;

    private static final String UPDATE =
            "WITH " + IntentRow.ROWS + "UPDATE jail SET (" + DefinitionRow.COLUMNS + ") = (SELECT "
                    + DefinitionRow.COLUMNS + """
             FROM r one WHERE one.id = jail.id), generation = r.generation, revision = r.revision, updated_at = :now,
                plan_version_id = r.plan_version_id,
                previous_files = CASE WHEN jail.path = r.path THEN jail.previous_files ELSE :previous END
            FROM r WHERE jail.id = r.id AND jail.generation = :expected AND jail.retired_at IS NULL
                AND (:settles OR NOT jail.suspended) AND
            """ + AGREED + NOTIFYING;

    private static final String RENEW = """
            UPDATE jail SET generation = generation + 1, revision = :revision, updated_at = :now
            WHERE id = :id AND generation = :expected AND retired_at IS NULL AND
            """ + AGREED + NOTIFYING;

    /** Leaves out jails about which an operator has to decide: what is decided is sent with what the customer has then. */
    private static final String RENEW_ALL = """
            WITH r AS (SELECT * FROM jsonb_to_recordset(:revisions::jsonb) AS r(host uuid, revision bigint))
            UPDATE jail SET generation = generation + 1, revision = r.revision, updated_at = :now
            FROM r WHERE jail.host_id = r.host AND customer_id = :customer AND retired_at IS NULL AND
            """ + AGREED + NOTIFYING;

    private static final String MOVE = """
            UPDATE jail SET customer_id = :customer, generation = generation + 1, revision = :revision, updated_at = :now
            WHERE id = :id AND generation = :expected AND retired_at IS NULL AND NOT suspended AND
            """ + AGREED + NOTIFYING;

    /** A jail can be removed even while an operator still has to choose between its two versions, or its customer is suspended. */
    private static final String ACT = """
            UPDATE jail SET generation = r.generation + 1, revision = r.revision, updated_at = :now, wanted = r.wanted,
                incarnation = r.incarnation, files_fate = r.files,
                retired_at = CASE WHEN r.files IS NOT NULL THEN :now::timestamptz END
            FROM jsonb_to_recordset(:rows::jsonb)
                AS r(id uuid, generation bigint, revision bigint, wanted text, incarnation bigint, files text)
            WHERE jail.id = r.id AND jail.generation = r.generation AND jail.retired_at IS NULL AND (r.files IS NOT NULL
                OR NOT jail.suspended AND
            """ + AGREED + ")" + NOTIFYING;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    IntentRows(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** Inserts the rows and returns the ids of the stored ones; {@link IntentConflicts} explains the others. */
    Set<JailId> insert(List<IntentRow> rows) {
        return new HashSet<>(with(jdbc.sql(INSERT), rows)
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .list());
    }

    /**
     * Stores a new definition of the jail.
     *
     * @param previous the fate of the files at the previous path
     * @return the number of changed jails: 0 if the jail is not at the expected generation
     */
    int update(IntentRow row, long expected, String previous, Change change, Instant now) {
        return IntentConflicts.refusing(
                row,
                with(jdbc.sql(UPDATE), List.of(row))
                        .param("previous", previous)
                        .param("settles", change == Change.SETTLES)
                        .param("expected", expected)
                        .param("now", Timestamp.from(now)));
    }

    /** Why a jail is changed. */
    enum Change {
        /** Somebody wants it otherwise: not while its customer is suspended. */
        ORDINARY,
        /** An operator has chosen between the versions of host and server. */
        SETTLES
    }

    /**
     * Gives the jail another generation, and leaves what is wanted of it as it is.
     *
     * @return the number of changed jails: 0 if the jail is not at the expected generation
     */
    int renew(JailId id, long expected, long revision, Instant now) {
        return jdbc.sql(RENEW)
                .param("revision", revision)
                .param("now", Timestamp.from(now))
                .param("id", id.value())
                .param("expected", expected)
                .query((row, number) -> number)
                .list()
                .size();
    }

    /**
     * Gives each jail of a customer another generation.
     *
     * @param revisions the new revision of each host that has such jails; its row is locked
     * @return the number of changed jails
     */
    int renewAll(CustomerId customer, Map<HostId, LockedHost> revisions, Instant now) {
        record HostRevision(String host, long revision) {}
        return jdbc.sql(RENEW_ALL)
                .param("customer", customer.value())
                .param("now", Timestamp.from(now))
                .param(
                        "revisions",
                        json.writeValueAsString(revisions.entrySet().stream()
                                .map(host -> new HostRevision(
                                        host.getKey().toString(),
                                        host.getValue().revision()))
                                .toList()))
                .query((row, number) -> number)
                .list()
                .size();
    }

    /**
     * Gives the jail to another customer.
     *
     * @return the number of changed jails: 0 if the jail is not at the expected generation
     */
    int move(IntentRow row, long expected, Instant now) {
        return IntentConflicts.refusing(
                row,
                jdbc.sql(MOVE)
                        .param("customer", UUID.fromString(Objects.requireNonNull(row.customerId())))
                        .param("revision", row.revision())
                        .param("now", Timestamp.from(now))
                        .param("id", row.jail().value())
                        .param("expected", expected));
    }

    /**
     * A start, stop, restart or removal of a jail.
     *
     * @param generation the current generation of the jail; the action leads to the next one
     * @param files the fate of its files; null unless the jail is removed
     */
    record ActionRow(
            String id,
            long generation,
            long revision,
            String wanted,
            long incarnation,
            @Nullable String files) {}

    /**
     * Carries out the actions and returns the ids of the changed jails. A jail remains unchanged if it is no longer at
     * its generation, or if an operator has to choose between its two versions.
     */
    Set<JailId> act(List<ActionRow> rows, Instant now) {
        return new HashSet<>(jdbc.sql(ACT)
                .param("rows", json.writeValueAsString(rows))
                .param("now", Timestamp.from(now))
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .list());
    }

    /** Raises the generation of the jail to at least this one, so that its next generation is above it. */
    void raise(HostId host, JailId id, long generation) {
        jdbc.sql("UPDATE jail SET generation = greatest(generation, ?) WHERE id = ? AND host_id = ?")
                .params(generation, id.value(), host.value())
                .update();
    }

    void replaceOverrides(IntentRow row) {
        jdbc.sql("DELETE FROM policy_override WHERE jail_id = ?")
                .param(row.jail().value())
                .update();
        with(jdbc.sql("WITH " + IntentRow.ROWS + ", stored AS (SELECT id FROM r) " + INSERT_OVERRIDES), List.of(row))
                .update();
    }

    /**
     * Checks that a statement has changed the row of this jail.
     *
     * @throws Failure that says why the row was not changed
     */
    void refuseUnlessStored(int stored, JailId id, long expected) {
        if (stored > 0) {
            return;
        }
        record Found(long generation, boolean retired, boolean suspended, UUID customer) {}
        Optional<Found> found = jdbc.sql("""
                        SELECT generation, retired_at IS NOT NULL AS retired, suspended, customer_id FROM jail WHERE id = ?
                        """)
                .param(id.value())
                .query((row, number) -> new Found(
                        row.getLong("generation"),
                        row.getBoolean("retired"),
                        row.getBoolean("suspended"),
                        row.getObject("customer_id", UUID.class)))
                .optional();
        if (found.isEmpty()) {
            throw new JailNotFound(id);
        }
        if (found.get().retired) {
            throw new JailRetired(id);
        }
        if (found.get().suspended) {
            throw new CustomerSuspended(new CustomerId(found.get().customer));
        }
        if (found.get().generation == expected) {
            throw new JailDiffersOnHost(id);
        }
        throw new GenerationConflict(expected, found.get().generation);
    }

    private StatementSpec with(StatementSpec statement, Collection<IntentRow> rows) {
        return statement.param("rows", json.writeValueAsString(rows));
    }
}

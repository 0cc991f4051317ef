package dev.bailiwick.server.jail;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * The statements that store what is wanted, of one jail as of many, and say why it cannot be stored. For {@link Intents} alone, which
 * holds the hosts' rows; what takes jails away is in {@link IntentRemovals}.
 */
@Component
class IntentRows {

    /** Notifies about the jail that a statement changes, once it is committed. */
    private static final String NOTIFYING = " RETURNING notify_after_commit('jail_changed', jail.id::text), jail.id";

    /** Holds where no operator has yet to choose between the jail that a statement changes and what its host has. */
    private static final String AGREED =
            " NOT EXISTS (SELECT FROM host_difference d WHERE d.host_id = jail.host_id AND d.jail_id = jail.id)";

    /** Whether removed jails left files at the path, above or below it, which are not for the adopter: see {@code FileKeeping}. */
    private static final String HOLDS_FILES = """
            (EXISTS (SELECT FROM kept_files k WHERE k.host_id = r.host_id AND k.path = ANY (r.at_or_above)
                AND NOT (k.path = r.path AND coalesce(k.customer_id = r.customer_id, false)))
            OR EXISTS (SELECT FROM kept_files k WHERE k.host_id = r.host_id AND k.path > r.path || '/' AND k.path < r.path || '0'))
            """;

    /**
     * Whether another jail's path is the same, above or below: a jail whose files lie within another's could be taken apart by that
     * other. Two questions, since each is a part of the index of paths.
     */
    private static final String OVERLAPS = """
            (EXISTS (SELECT FROM jail other WHERE other.host_id = r.host_id AND other.id <> r.id AND other.path = ANY (r.at_or_above))
            OR EXISTS (SELECT FROM jail other WHERE other.host_id = r.host_id AND other.id <> r.id
                AND other.path > r.path || '/' AND other.path < r.path || '0'))
            """;

    /** Those of the rows whose jails are in {@code stored}. */
    private static final String INSERT_OVERRIDES = """
            INSERT INTO policy_override (jail_id, position, call, decision, reason, set_by, until)
            SELECT r.id, o.position - 1, o.call, o.decision, o.reason, o."setBy", o.until
            FROM stored JOIN r ON r.id = stored.id, ROWS FROM (jsonb_to_recordset(r.overrides)
                    AS (call text, decision text, reason text, "setBy" text, until timestamptz))
                WITH ORDINALITY AS o(call, decision, reason, "setBy", until, position)
            """;

    /** In the order of their names, so that no two transactions wait for each other's. */
    private static final String INSERT = "WITH " + IntentRow.ROWS + """
            , stored AS (
                INSERT INTO jail (id, customer_id, host_id, external_id, generation, revision, created_at, updated_at,
            """ + DefinitionRow.COLUMNS + """
                ) SELECT id, customer_id, host_id, external_id, generation, revision, :now, :now,
            """
            + DefinitionRow.COLUMNS + """
                FROM r WHERE EXISTS (SELECT FROM customer c WHERE c.id = r.customer_id AND c.retired_at IS NULL)
                    AND NOT
            """ + HOLDS_FILES + " AND NOT " + OVERLAPS + """
                ORDER BY customer_id, name
                ON CONFLICT DO NOTHING RETURNING id),
            overridden AS (
            """ + INSERT_OVERRIDES + """
            ) SELECT id, notify_after_commit('jail_changed', id::text) FROM stored
            """;

    private static final String UPDATE =
            "WITH " + IntentRow.ROWS + "UPDATE jail SET (" + DefinitionRow.COLUMNS + ") = (SELECT "
                    + DefinitionRow.COLUMNS + """
             FROM r one WHERE one.id = jail.id), generation = r.generation, revision = r.revision, updated_at = :now,
                previous_files = CASE WHEN jail.path = r.path THEN jail.previous_files ELSE :previous END
            FROM r WHERE jail.id = r.id AND jail.generation = :expected AND jail.retired_at IS NULL AND
            """ + AGREED + NOTIFYING;

    private static final String MOVE = """
            UPDATE jail SET customer_id = :customer, generation = generation + 1, revision = :revision, updated_at = :now
            WHERE id = :id AND generation = :expected AND retired_at IS NULL AND
            """ + AGREED + NOTIFYING;

    /** Also jails about which an operator has yet to choose can be removed. */
    private static final String ACT = """
            UPDATE jail SET generation = r.generation + 1, revision = r.revision, updated_at = :now, wanted = r.wanted,
                incarnation = r.incarnation, files_fate = r.files,
                retired_at = CASE WHEN r.files IS NOT NULL THEN :now::timestamptz END
            FROM jsonb_to_recordset(:rows::jsonb)
                AS r(id uuid, generation bigint, revision bigint, wanted text, incarnation bigint, files text)
            WHERE jail.id = r.id AND jail.generation = r.generation AND jail.retired_at IS NULL AND (r.files IS NOT NULL OR
            """ + AGREED + ")" + NOTIFYING;

    /** The constraint that a row would violate, or null. */
    private static final String CONFLICTS = "WITH " + IntentRow.ROWS + "SELECT r.id, CASE WHEN " + HOLDS_FILES
            + " THEN 'kept_files' WHEN " + OVERLAPS + """
             THEN 'jail_path'
                WHEN r.customer_id IS NULL THEN NULL
                WHEN NOT EXISTS (SELECT FROM customer c WHERE c.id = r.customer_id AND c.retired_at IS NULL) THEN 'jail_customer'
                WHEN EXISTS (SELECT FROM jail other WHERE other.customer_id = r.customer_id AND other.id <> r.id
                    AND other.name = r.name AND other.retired_at IS NULL) THEN 'jail_name'
                WHEN EXISTS (SELECT FROM jail other WHERE other.customer_id = r.customer_id AND other.id <> r.id
                    AND other.external_id = r.external_id AND other.retired_at IS NULL) THEN 'jail_external_id'
                END AS conflict
            FROM r""";

    private static final Set<String> UNIQUE = Set.of("jail_name", "jail_external_id", "jail_path");

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    IntentRows(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** @return those that were stored; {@link #conflicts} says why the others were not */
    Set<JailId> insert(List<IntentRow> rows) {
        return new HashSet<>(with(jdbc.sql(INSERT), rows)
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .list());
    }

    /**
     * @param previous what becomes of files at another path
     * @return how many jails were changed: none if it is not of the expected generation
     */
    int update(IntentRow row, long expected, String previous, Instant now) {
        return refusing(
                row,
                with(jdbc.sql(UPDATE), List.of(row))
                        .param("previous", previous)
                        .param("expected", expected)
                        .param("now", Timestamp.from(now)));
    }

    /** @return how many jails were changed: none if it is not of the expected generation */
    int move(IntentRow row, long expected, Instant now) {
        return refusing(
                row,
                jdbc.sql(MOVE)
                        .param("customer", UUID.fromString(Objects.requireNonNull(row.customerId())))
                        .param("revision", row.revision())
                        .param("now", Timestamp.from(now))
                        .param("id", row.jail().value())
                        .param("expected", expected));
    }

    /**
     * A jail that is to run, to stop, to restart or to go.
     *
     * @param generation that it has, above which its next is
     * @param files what becomes of its files; null for one that is not removed
     */
    record ActionRow(
            String id,
            long generation,
            long revision,
            String wanted,
            long incarnation,
            @Nullable String files) {}

    /** @return those that were changed: they were of their generations, and no operator has to choose about them */
    Set<JailId> act(List<ActionRow> rows, Instant now) {
        return new HashSet<>(jdbc.sql(ACT)
                .param("rows", json.writeValueAsString(rows))
                .param("now", Timestamp.from(now))
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .list());
    }

    /** Has a jail's next generation be above this one. */
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

    /** Why rows cannot be stored, by jail; without those that can. */
    Map<JailId, Failure> conflicts(Collection<IntentRow> rows) {
        Map<JailId, Failure> conflicts = new HashMap<>();
        if (rows.isEmpty()) {
            return conflicts;
        }
        Map<String, IntentRow> byId = new HashMap<>();
        rows.forEach(row -> byId.put(row.id(), row));
        with(jdbc.sql(CONFLICTS), rows).query(found -> {
            IntentRow row = byId.get(found.getString("id"));
            @Nullable String conflict = found.getString("conflict");
            if (row != null && conflict != null) {
                conflicts.put(row.jail(), failure(conflict, row));
            }
        });
        return conflicts;
    }

    /** Executes a statement that changes this jail; another transaction may have taken its name since the conflicts were looked for. */
    private static int refusing(IntentRow row, StatementSpec statement) {
        try {
            return statement.query((changed, number) -> number).list().size();
        } catch (DataIntegrityViolationException e) {
            if (e.getMostSpecificCause() instanceof PSQLException cause && cause.getServerErrorMessage() != null) {
                @Nullable String constraint = cause.getServerErrorMessage().getConstraint();
                if (constraint != null && UNIQUE.contains(constraint)) {
                    throw failure(constraint, row);
                }
            }
            throw e;
        }
    }

    private static Failure failure(String constraint, IntentRow row) {
        return switch (constraint) {
            case "kept_files" -> new PathHoldsFiles(new RootPath(row.path()));
            case "jail_customer" -> new InvalidRequest("/customer", "is not a customer");
            case "jail_name" -> JailAlreadyExists.withName(row.name());
            case "jail_external_id" -> JailAlreadyExists.withExternalId();
            default -> JailAlreadyExists.atPath(row.path());
        };
    }

    private StatementSpec with(StatementSpec statement, Collection<IntentRow> rows) {
        return statement.param("rows", json.writeValueAsString(rows));
    }
}

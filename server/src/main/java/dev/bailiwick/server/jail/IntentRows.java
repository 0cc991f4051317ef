package dev.bailiwick.server.jail;

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
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The statements that store definitions, of one jail as of many, and say why one cannot be stored. */
@Component
class IntentRows {

    /** Whether removed jails left files at the path, above or below it, which are not for the adopter: see {@link FileKeeping}. */
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
            """ + IntentRow.DEFINITION + """
                ) SELECT id, customer_id, host_id, external_id, generation, revision, :now, :now,
            """
            + IntentRow.DEFINITION + """
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
            "WITH " + IntentRow.ROWS + "UPDATE jail SET (" + IntentRow.DEFINITION + ") = (SELECT "
                    + IntentRow.DEFINITION + """
             FROM r one WHERE one.id = jail.id), generation = r.generation, revision = r.revision, updated_at = :now,
                previous_files = CASE WHEN jail.path = r.path THEN jail.previous_files ELSE :previous END
            FROM r WHERE jail.id = r.id AND jail.generation = :expected AND jail.retired_at IS NULL
            """ + Intents.AGREED + Intents.RINGING;

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
    static int refusing(IntentRow row, StatementSpec statement) {
        try {
            return Intents.rung(statement);
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

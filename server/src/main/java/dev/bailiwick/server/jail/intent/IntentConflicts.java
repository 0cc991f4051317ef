package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.jail.intent.file.PathHoldsFiles;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Explains why a row of the desired state cannot be stored: its name, external id, path or customer is not free. */
@Component
class IntentConflicts {

    /**
     * True if a removed jail left files at, above or below the path, and the new jail may not take them over: see
     * {@code KeptFilesStore}.
     */
    static final String HOLDS_FILES = """
            (EXISTS (SELECT FROM kept_files k WHERE k.host_id = r.host_id AND k.path = ANY (r.at_or_above)
                AND NOT (k.path = r.path AND coalesce(k.customer_id = r.customer_id, false)))
            OR EXISTS (SELECT FROM kept_files k WHERE k.host_id = r.host_id AND k.path > r.path || '/' AND k.path < r.path || '0'))
            """;

    /**
     * True if the path of another jail is the same, or lies above or below. A jail could damage the files of a jail
     * that lie within its own files. The condition has two parts because each of them can use the index of paths.
     */
    static final String OVERLAPS = """
            (EXISTS (SELECT FROM jail other WHERE other.host_id = r.host_id AND other.id <> r.id AND other.path = ANY (r.at_or_above))
            OR EXISTS (SELECT FROM jail other WHERE other.host_id = r.host_id AND other.id <> r.id
                AND other.path > r.path || '/' AND other.path < r.path || '0'))
            """;

    /** True if one of those paths does not become free: its jail stays, or leaves files that the new jail may not take over. */
    private static final String OVERLAPS_LASTINGLY = OVERLAPS.replace("other.id <> r.id", """
            other.id <> r.id AND NOT (other.retired_at IS NOT NULL AND (other.files_fate = 'deleted'
                OR other.path = r.path AND coalesce(other.customer_id = r.customer_id, false)))
            """);

    /** Selects for each row the constraint that the row would violate, or null. */
    private static final String CONFLICTS = "WITH " + IntentRow.ROWS + "SELECT r.id, CASE WHEN " + HOLDS_FILES
            + " THEN 'kept_files' WHEN " + OVERLAPS_LASTINGLY + " THEN 'jail_path' WHEN " + OVERLAPS + """
             THEN 'leaving_path'
                WHEN r.customer_id IS NULL THEN NULL
                WHEN NOT EXISTS (SELECT FROM customer c WHERE c.id = r.customer_id AND c.retired_at IS NULL) THEN 'jail_customer'
                WHEN EXISTS (SELECT FROM customer c WHERE c.id = r.customer_id
                    AND (c.suspended_at IS NOT NULL OR c.reseller_suspended)) THEN 'suspended'
                WHEN EXISTS (SELECT FROM jail other WHERE other.customer_id = r.customer_id AND other.id <> r.id
                    AND other.name = r.name AND other.retired_at IS NULL) THEN 'jail_name'
                WHEN EXISTS (SELECT FROM jail other WHERE other.customer_id = r.customer_id AND other.id <> r.id
                    AND other.external_id = r.external_id AND other.retired_at IS NULL) THEN 'jail_external_id'
                END AS conflict
            FROM r""";

    private static final Set<String> UNIQUE = Set.of("jail_name", "jail_external_id", "jail_path");

    private final JdbcClient jdbc;
    private final JsonMapper json;

    IntentConflicts(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** Returns the reason why each row cannot be stored, by jail. Rows that can be stored are missing. */
    Map<JailId, Failure> of(Collection<IntentRow> rows) {
        Map<JailId, Failure> conflicts = new HashMap<>();
        if (rows.isEmpty()) {
            return conflicts;
        }
        Map<String, IntentRow> byId = new HashMap<>();
        rows.forEach(row -> byId.put(row.id(), row));
        jdbc.sql(CONFLICTS).param("rows", json.writeValueAsString(rows)).query(found -> {
            IntentRow row = byId.get(found.getString("id"));
            @Nullable String conflict = found.getString("conflict");
            if (row != null && conflict != null) {
                conflicts.put(row.jail(), failure(conflict, row));
            }
        });
        return conflicts;
    }

    /**
     * Executes a statement that changes this jail, and returns the number of changed jails. It reports a conflict that
     * arose after {@link #of}: another transaction may have taken the name, the external id or the path.
     */
    static int refusing(IntentRow row, StatementSpec statement) {
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
            case "suspended" ->
                new CustomerSuspended(CustomerId.parse(Objects.requireNonNull(row.customerId(), "of a new jail")));
            case "jail_name" -> JailAlreadyExists.withName(row.name());
            case "jail_external_id" -> JailAlreadyExists.withExternalId();
            case "leaving_path" -> JailAlreadyExists.atLeavingPath(row.path());
            default -> JailAlreadyExists.atPath(row.path());
        };
    }
}

package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.HostId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What is wanted of a jail, on its way into the database: statements take a list of these as JSON. The components are named as the
 * columns of the table {@code jail}, except the last two.
 *
 * @param customerId empty for a jail that is stored already and changes its definition: it takes over no files
 * @param atOrAbove the path and those of the directories above it
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record IntentRow(
        String id,
        @Nullable String customerId,
        String hostId,
        @Nullable String externalId,
        long generation,
        long revision,
        String name,
        String hostname,
        String path,
        String base,
        String profile,
        List<String> command,
        Map<String, String> environment,
        @Nullable Long memoryBytes,
        @Nullable Integer processes,
        @Nullable Integer cpuMillis,
        String wanted,
        long incarnation,
        Map<String, String> labels,
        List<StoredOverride> overrides,
        List<String> atOrAbove) {

    /** The columns that a definition is stored in, besides its overrides and addresses. */
    static final String DEFINITION =
            "name, hostname, path, base, profile, command, environment, memory_bytes, processes,"
                    + " cpu_millis, wanted, incarnation, labels";

    /** The rows of the parameter {@code rows}, as a common table expression {@code r}. */
    static final String ROWS = """
            r AS (SELECT * FROM ROWS FROM (jsonb_populate_recordset(NULL::jail, :rows::jsonb),
                jsonb_to_recordset(:rows::jsonb) AS (overrides jsonb, at_or_above text[] COLLATE "C")) AS row)
            """;

    JailId jail() {
        return JailId.parse(id);
    }

    static IntentRow of(PlacedJail jail, long revision) {
        return of(
                jail.id(),
                Optional.of(jail.jail().customer()),
                jail.host(),
                1,
                revision,
                jail.jail().externalId(),
                jail.definition());
    }

    static IntentRow of(
            JailId id,
            Optional<CustomerId> customer,
            HostId host,
            long generation,
            long revision,
            Optional<String> externalId,
            JailDefinition definition) {
        String path = definition.path().value();
        Limits limits = definition.limits();
        return new IntentRow(
                id.toString(),
                customer.map(CustomerId::toString).orElse(null),
                host.toString(),
                externalId.orElse(null),
                generation,
                revision,
                definition.name().value(),
                definition.hostname().value(),
                path,
                definition.base().text(),
                definition.policy().profile().text(),
                definition.command().argv(),
                definition.command().environment(),
                limits.memoryBytes().isPresent() ? limits.memoryBytes().getAsLong() : null,
                limits.processes().isPresent() ? limits.processes().getAsInt() : null,
                limits.cpuMillis().isPresent() ? limits.cpuMillis().getAsInt() : null,
                definition.wanted().text(),
                definition.incarnation(),
                definition.labels().all(),
                definition.policy().overrides().stream().map(StoredOverride::of).toList(),
                PathsInUse.atOrAbove(path));
    }
}

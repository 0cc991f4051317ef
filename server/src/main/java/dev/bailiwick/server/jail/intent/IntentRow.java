package dev.bailiwick.server.jail.intent;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.intent.file.PathsInUse;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.jail.view.DefinitionRow;
import dev.bailiwick.server.jail.view.StoredOverride;
import dev.bailiwick.server.plan.PlanVersion;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The desired state of a jail, in the form in which statements take it: as an element of a JSON list. A
 * component, here or in the definition, that is a column of the table {@code jail} has the name of that column.
 *
 * @param customerId null for a stored jail that changes its definition, because such a jail takes over no files
 * @param atOrAbove the path, and the paths of the directories above it
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record IntentRow(
        String id,
        @Nullable String customerId,
        String hostId,
        @Nullable String externalId,
        @Nullable String planVersionId,
        long generation,
        long revision,
        @JsonUnwrapped DefinitionRow definition,
        List<StoredOverride> overrides,
        List<String> atOrAbove) {

    /** A common table expression {@code r} that holds the rows of the parameter {@code rows}. */
    static final String ROWS = """
            r AS (SELECT * FROM ROWS FROM (jsonb_populate_recordset(NULL::jail, :rows::jsonb),
                jsonb_to_recordset(:rows::jsonb) AS (overrides jsonb, at_or_above text[] COLLATE "C")) AS row)
            """;

    String name() {
        return definition.name();
    }

    String path() {
        return definition.path();
    }

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
                jail.placed().plan().map(PlanVersion::id),
                jail.definition());
    }

    static IntentRow of(
            JailId id,
            Optional<CustomerId> customer,
            HostId host,
            long generation,
            long revision,
            Optional<String> externalId,
            Optional<UUID> planVersion,
            JailDefinition definition) {
        return new IntentRow(
                id.toString(),
                customer.map(CustomerId::toString).orElse(null),
                host.toString(),
                externalId.orElse(null),
                planVersion.map(UUID::toString).orElse(null),
                generation,
                revision,
                DefinitionRow.of(definition),
                definition.policy().overrides().stream().map(StoredOverride::of).toList(),
                PathsInUse.atOrAbove(definition.path().value()));
    }
}

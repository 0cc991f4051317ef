package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailDefinition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A new jail on its way into the database, beside others. */
record BatchRow(
        String id,
        String customer,
        String host,
        long revision,
        String name,
        @Nullable String externalId,
        String hostname,
        String path,
        String base,
        String profile,
        List<String> command,
        Map<String, String> environment,
        @Nullable Long memory,
        @Nullable Integer processes,
        @Nullable Integer cpu,
        String wanted) {

    static BatchRow of(PlacedJail jail, long revision) {
        JailDefinition definition = jail.definition();
        return new BatchRow(
                jail.id().toString(),
                jail.jail().customer().toString(),
                jail.host().toString(),
                revision,
                definition.name().value(),
                jail.jail().externalId().orElse(null),
                definition.hostname().value(),
                definition.path().value(),
                definition.base().text(),
                definition.policy().profile().text(),
                definition.command().argv(),
                definition.command().environment(),
                definition.limits().memoryBytes().isPresent()
                        ? definition.limits().memoryBytes().getAsLong()
                        : null,
                definition.limits().processes().isPresent()
                        ? definition.limits().processes().getAsInt()
                        : null,
                definition.limits().cpuMillis().isPresent()
                        ? definition.limits().cpuMillis().getAsInt()
                        : null,
                definition.wanted().text());
    }
}

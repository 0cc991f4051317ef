package dev.bailiwick.server.host;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A host as the API shows it.
 *
 * @param joinToken only in the answer that made it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record HostDocument(
        String id,
        String name,
        boolean connected,
        long revision,
        long acceptedRevision,
        @Nullable Instant seenAt,
        @Nullable String agentVersion,
        @Nullable StoredFacts facts,
        Instant createdAt,
        @Nullable String joinToken) {

    static HostDocument of(Host host) {
        return of(host, null);
    }

    static HostDocument of(Host host, @Nullable String joinToken) {
        return new HostDocument(
                host.id().toString(),
                host.name().value(),
                host.connected(),
                host.revision(),
                host.presence().map(Host.Presence::acceptedRevision).orElse(0L),
                host.presence().map(Host.Presence::lastSeenAt).orElse(null),
                host.presence().map(Host.Presence::agentVersion).orElse(null),
                host.presence().map(p -> StoredFacts.of(p.facts())).orElse(null),
                host.createdAt(),
                joinToken);
    }
}

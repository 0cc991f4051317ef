package dev.bailiwick.server.host.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.server.account.quota.Usage;
import dev.bailiwick.server.host.Backlog;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostPromises;
import dev.bailiwick.server.host.IdRangeUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A host in the API.
 *
 * @param conditions problems that the host reports about itself; absent before it first connects
 * @param idRanges the user ids for jails; absent if the host has not reported their number
 * @param backlog the work left to do
 * @param diverged whether the host has revisions that the database has lost, as after a restore
 * @param undecided how many jails differ from the server's definition and wait for a decision
 * @param memoryOvercommit how much of its memory is promised to jails, as a factor; absent if nothing bounds it
 * @param cpuOvercommit as {@code memoryOvercommit}, of its CPUs
 * @param promises what it promises to its jails, and what of that it has promised; absent in lists, and until the host has connected
 * @param joinToken only in the answer that created it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record HostDocument(
        String id,
        String name,
        boolean connected,
        long revision,
        long acceptedRevision,
        boolean diverged,
        long undecided,
        @Nullable BigDecimal memoryOvercommit,
        @Nullable BigDecimal cpuOvercommit,
        @Nullable HostPromises promises,
        @Nullable Instant seenAt,
        @Nullable String agentVersion,
        @Nullable HostFacts facts,
        @Nullable List<Condition> conditions,
        @Nullable IdRangeUsage idRanges,
        @Nullable BacklogDocument backlog,
        Instant createdAt,
        @Nullable String joinToken) {

    /** @param estimatedSeconds until nothing waits, at the present rate; absent if the rate is 0 */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record BacklogDocument(
            long waiting, double perSecond, @Nullable Long estimatedSeconds) {
        static BacklogDocument of(Backlog backlog) {
            return new BacklogDocument(
                    backlog.waiting(),
                    backlog.perSecond(),
                    backlog.estimate().map(Duration::toSeconds).orElse(null));
        }
    }

    /** @param kept how many ranges of user ids kept files take */
    static HostDocument of(Host host, Backlog backlog, long kept) {
        return of(host, BacklogDocument.of(backlog), kept, null, null);
    }

    /** @param used what the jails of the host have */
    static HostDocument of(Host host, Backlog backlog, long kept, Usage used) {
        return of(
                host,
                BacklogDocument.of(backlog),
                kept,
                HostPromises.of(host, used).orElse(null),
                null);
    }

    static HostDocument made(Host host, String joinToken) {
        return of(host, null, 0, null, joinToken);
    }

    private static HostDocument of(
            Host host,
            @Nullable BacklogDocument backlog,
            long kept,
            @Nullable HostPromises promises,
            @Nullable String joinToken) {
        return new HostDocument(
                host.id().toString(),
                host.name().value(),
                host.connected(),
                host.revision(),
                host.presence().map(Host.Presence::acceptedRevision).orElse(0L),
                host.agreement().diverged(),
                host.agreement().undecided(),
                host.overcommit().memory(),
                host.overcommit().cpu(),
                promises,
                host.presence().map(Host.Presence::lastSeenAt).orElse(null),
                host.presence().map(Host.Presence::agentVersion).orElse(null),
                host.presence().map(Host.Presence::facts).orElse(null),
                host.presence().map(Host.Presence::conditions).orElse(null),
                IdRangeUsage.of(host, kept).orElse(null),
                backlog,
                host.createdAt(),
                joinToken);
    }
}

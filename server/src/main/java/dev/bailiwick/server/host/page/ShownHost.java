package dev.bailiwick.server.host.page;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.server.account.quota.Usage;
import dev.bailiwick.server.host.Backlog;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.Host.Presence;
import dev.bailiwick.server.host.HostPromises;
import dev.bailiwick.server.host.HostState;
import dev.bailiwick.server.host.IdRangeUsage;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of a host's page.
 *
 * @param state the text of a {@link HostState}
 * @param backlog the work left to do; null if there is none, or if it is unknown
 * @param diverged whether the host has revisions that the database has lost
 * @param undecided how many jails differ from the server's definition and wait for a decision
 * @param seen the last sign of life of a disconnected host
 * @param idRanges null if the host has not reported them
 * @param promises what it promises to jails; empty before it first connects
 * @param facts facts that the host reports; empty before it first connects
 * @param conditions problems that the host reports about itself
 * @param cannot features that its kernel lacks, and the consequences
 * @param can features that its kernel has
 */
record ShownHost(
        String id,
        String name,
        String state,
        @Nullable ShownBacklog backlog,
        boolean diverged,
        long undecided,
        @Nullable Moment seen,
        @Nullable IdRangeUsage idRanges,
        List<ShownPromise> promises,
        List<Fact> facts,
        List<String> conditions,
        List<Capability> cannot,
        List<String> can) {

    record Fact(String name, String text) {}

    static ShownHost of(Host host, Backlog backlog, long kept, Usage used, Instant now) {
        List<Capability> capabilities =
                host.presence().map(presence -> presence.facts().capabilities()).orElse(List.of());
        return new ShownHost(
                host.id().toString(),
                host.name().value(),
                host.state().text(),
                ShownBacklog.of(host, backlog),
                host.agreement().diverged(),
                host.agreement().undecided(),
                host.presence()
                        .filter(presence -> !presence.connected())
                        .map(presence -> Moment.of(presence.lastSeenAt(), now))
                        .orElse(null),
                IdRangeUsage.of(host, kept).orElse(null),
                HostPromises.of(host, used).map(ShownPromise::of).orElse(List.of()),
                host.presence().map(ShownHost::facts).orElse(List.of()),
                host.presence().map(Presence::conditions).orElse(List.of()).stream()
                        .map(Condition::message)
                        .toList(),
                capabilities.stream().filter(c -> !c.available()).toList(),
                capabilities.stream()
                        .filter(Capability::available)
                        .map(Capability::name)
                        .toList());
    }

    /** Returns the live parts of the page: the state, and everything that the host reports. */
    List<LivePart> parts() {
        return List.of(
                new LivePart("host-state", "hosts/live", "state", Map.of("state", state)),
                new LivePart("host-facts", "hosts/live", "host", Map.of("host", this)));
    }

    private static List<Fact> facts(Presence presence) {
        HostFacts facts = presence.facts();
        return List.of(
                new Fact("kernel", facts.kernelRelease()),
                new Fact("architecture", facts.architecture()),
                new Fact("os", facts.operatingSystem()),
                new Fact("cpus", String.valueOf(facts.cpus())),
                new Fact("memory", gibibytes(facts.memoryBytes())),
                new Fact("agent", presence.agentVersion()),
                new Fact("root", facts.rootBase()));
    }

    static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}

package dev.bailiwick.server.host.page;

import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.Host.Presence;
import dev.bailiwick.server.host.HostState;
import dev.bailiwick.server.host.IdRangeUse;
import dev.bailiwick.server.host.Queue;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a host's page says of it.
 *
 * @param state the text of a {@link HostState}
 * @param queue what it has yet to do; null where that is nothing, or not known
 * @param parted whether it has what the database has lost
 * @param undecided about how many jails it does not follow the server and nobody has decided yet
 * @param seen the last sign of life of one that is disconnected
 * @param idRanges null where it has not said
 * @param facts what it says of itself; empty before it has ever been there
 * @param conditions what it says is wrong with itself
 * @param cannot what its kernel lacks, and what follows
 * @param can what its kernel has
 */
record ShownHost(
        String id,
        String name,
        String state,
        @Nullable ShownQueue queue,
        boolean parted,
        long undecided,
        @Nullable Moment seen,
        @Nullable IdRangeUse idRanges,
        List<Fact> facts,
        List<String> conditions,
        List<Capability> cannot,
        List<String> can) {

    record Fact(String name, String text) {}

    static ShownHost of(Host host, Queue queue, long kept, Instant now) {
        List<Capability> capabilities =
                host.presence().map(presence -> presence.facts().capabilities()).orElse(List.of());
        return new ShownHost(
                host.id().toString(),
                host.name().value(),
                host.state().text(),
                ShownQueue.of(host, queue),
                host.agreement().parted(),
                host.agreement().undecided(),
                host.presence()
                        .filter(presence -> !presence.connected())
                        .map(presence -> Moment.of(presence.lastSeenAt(), now))
                        .orElse(null),
                IdRangeUse.of(host, kept).orElse(null),
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

    /** What changes while somebody looks at the page: its state, and all that it says of itself. */
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

package dev.bailiwick.server.host;

import dev.bailiwick.jail.Condition;
import dev.bailiwick.server.host.Host.Presence;
import dev.bailiwick.server.host.HostFacts.Capability;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the page of hosts says of one.
 *
 * @param state {@code connected}, {@code disconnected}, or {@code waiting} to join
 * @param waiting what it has yet to do; null where that is nothing, or not known
 * @param parted whether it has what the database has lost
 * @param undecided about how many jails it does not follow the server and nobody has decided yet
 * @param seen the last sign of life of one that is disconnected
 * @param conditions what it says is wrong with itself
 * @param idRanges null where it has not said
 * @param cannot what its kernel lacks, and what follows
 * @param can what its kernel has
 */
record ShownHost(
        String id,
        String name,
        String state,
        long jails,
        @Nullable Waiting waiting,
        boolean parted,
        long undecided,
        @Nullable Moment seen,
        @Nullable IdRangeUse idRanges,
        List<Fact> facts,
        List<String> conditions,
        List<Capability> cannot,
        List<String> can) {

    record Fact(String name, String text) {}

    /**
     * What a host has yet to do.
     *
     * @param left how long that takes at its present pace; null where nothing moves
     */
    record Waiting(long jails, double perSecond, @Nullable String left) {}

    static ShownHost of(Host host, long jails, Queue queue, long kept, Instant now) {
        String id = host.id().toString();
        String name = host.name().value();
        if (host.presence().isEmpty()) {
            return new ShownHost(
                    id, name, "waiting", jails, null, false, 0, null, null, List.of(), List.of(), List.of(), List.of());
        }
        Presence presence = host.presence().get();
        List<Capability> capabilities = presence.facts().capabilities();
        return new ShownHost(
                id,
                name,
                presence.connected() ? "connected" : "disconnected",
                jails,
                presence.connected() && queue.waiting() > 0 ? waiting(queue) : null,
                host.agreement().parted(),
                host.agreement().undecided(),
                presence.connected() ? null : Moment.of(presence.lastSeenAt(), now),
                IdRangeUse.of(host, kept).orElse(null),
                facts(presence),
                presence.conditions().stream().map(Condition::message).toList(),
                capabilities.stream().filter(c -> !c.available()).toList(),
                capabilities.stream()
                        .filter(Capability::available)
                        .map(Capability::name)
                        .toList());
    }

    private static Waiting waiting(Queue queue) {
        return new Waiting(
                queue.waiting(),
                queue.perSecond(),
                queue.estimate().map(ShownHost::words).orElse(null));
    }

    private static String words(Duration left) {
        if (left.toSeconds() < 100) {
            return left.toSeconds() + " s";
        }
        long minutes = (left.toSeconds() + 59) / 60;
        return minutes < 120 ? minutes + " min" : (minutes + 59) / 60 + " h";
    }

    LivePart part() {
        return new LivePart("host-" + id, "hosts/live", "host", Map.of("host", this));
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
                new Fact("root", facts.rootBase().value()));
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}

package dev.bailiwick.server.jail;

import dev.bailiwick.jail.ByteSize;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.syscall.OverrideDecision;
import dev.bailiwick.jail.syscall.PolicyOverride;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a jail's page says of its definition. */
record ShownJail(
        String id,
        String name,
        String hostname,
        List<String> addresses,
        String host,
        String customer,
        String command,
        String base,
        String path,
        List<ShownLimit> limits,
        String profile,
        List<ShownOverride> overrides,
        @Nullable String externalId,
        Moment created,
        Moment updated) {

    /** @param text how much; null for no limit */
    record ShownLimit(String name, @Nullable String text) {}

    /** @param kind {@code allow}, {@code deny}, {@code log} or {@code kill} */
    record ShownOverride(
            String call,
            String kind,
            String decision,
            String reason,
            String setBy,
            @Nullable Moment until) {}

    static ShownJail of(JailView jail, String customer, Instant now) {
        JailDefinition definition = jail.definition();
        return new ShownJail(
                jail.id().toString(),
                definition.name().value(),
                definition.hostname().value(),
                addresses(definition),
                jail.hostName().value(),
                customer,
                Words.join(definition.command().argv()),
                definition.base().text(),
                definition.path().value(),
                limits(definition.limits()),
                definition.policy().profile().text(),
                definition.policy().overrides().stream()
                        .map(override -> override(override, now))
                        .toList(),
                jail.externalId().orElse(null),
                Moment.of(jail.createdAt(), now),
                Moment.of(jail.updatedAt(), now));
    }

    static List<String> addresses(JailDefinition definition) {
        return definition.addresses().all().stream().map(IpAddress::toString).toList();
    }

    private static List<ShownLimit> limits(Limits limits) {
        return List.of(
                new ShownLimit(
                        "memory",
                        limits.memoryBytes().isPresent()
                                ? ByteSize.text(limits.memoryBytes().getAsLong())
                                        .replaceFirst("(?=[KMGT]iB)", " ")
                                : null),
                new ShownLimit(
                        "processes",
                        limits.processes().isPresent()
                                ? String.valueOf(limits.processes().getAsInt())
                                : null),
                new ShownLimit(
                        "cpu",
                        limits.cpuMillis().isPresent() ? cpus(limits.cpuMillis().getAsInt()) : null));
    }

    private static String cpus(int millis) {
        return String.format(Locale.ROOT, millis % 1000 == 0 ? "%.0f" : "%.2f", millis / 1000.0) + " CPU";
    }

    private static ShownOverride override(PolicyOverride override, Instant now) {
        String kind = switch (override.decision()) {
            case OverrideDecision.Allow() -> "allow";
            case OverrideDecision.Deny(String _) -> "deny";
            case OverrideDecision.Log() -> "log";
            case OverrideDecision.Kill() -> "kill";
        };
        return new ShownOverride(
                override.call(),
                kind,
                override.decision().text(),
                override.reason(),
                override.setBy(),
                override.until().map(until -> Moment.of(until, now)).orElse(null));
    }
}

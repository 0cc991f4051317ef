package dev.bailiwick.server.jail.difference;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.plan.PlanTerms;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A jail that differs between a host and the server, as the API and the pages show it.
 *
 * @param kind {@code unknown} to the server, {@code changed} on the host, or {@code removed} on the host
 * @param onHost the host's version; absent if the host only knows that the jail runs
 * @param onServer the server's version; absent if the server does not know the jail
 * @param differs the fields with different values; absent unless both sides have a definition
 * @param beyondPlan what of the host's version the plan of the jail does not allow, with the figures; to adopt it keeps that. Empty if
 *     there is nothing
 * @param choices the decisions that an operator can make
 * @param choice the decision of an operator while the difference remains; absent before that
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DifferenceDocument(
        String jail,
        String kind,
        @Nullable Version onHost,
        @Nullable Version onServer,
        @Nullable List<FieldDifference> differs,
        List<BeyondPlan> beyondPlan,
        List<String> choices,
        @Nullable String choice,
        Instant seenAt) {

    /** @param pointer to a field of the jail */
    record BeyondPlan(String pointer, String message) {}

    /**
     * @param customer the owner; absent if the host does not know it
     * @param wanted {@code running}, {@code stopped} or {@code removed}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Version(
            long generation,
            @Nullable String name,
            @Nullable String hostname,
            String path,
            String base,
            List<String> ip,
            @Nullable String profile,
            List<String> command,
            @Nullable String customer,
            String wanted) {

        static Version of(DesiredJail has) {
            return switch (has) {
                case DesiredJail.Present kept ->
                    of(
                            kept.generation(),
                            kept.definition(),
                            kept.owner(),
                            kept.definition().wanted().text());
                case DesiredJail.Removed removed ->
                    new Version(
                            removed.generation(),
                            null,
                            null,
                            removed.path().value(),
                            removed.base().text(),
                            List.of(),
                            null,
                            List.of(),
                            null,
                            "removed");
            };
        }

        static Version of(JailView jail) {
            return of(
                    jail.generation(),
                    jail.definition(),
                    jail.customer().toString(),
                    jail.retiredAt().isPresent()
                            ? "removed"
                            : jail.definition().wanted().text());
        }

        private static Version of(long generation, JailDefinition definition, String customer, String wanted) {
            return new Version(
                    generation,
                    definition.name().value(),
                    definition.hostname().value(),
                    definition.path().value(),
                    definition.base().text(),
                    definition.addresses().all().stream()
                            .map(IpAddress::toString)
                            .toList(),
                    definition.policy().profile().text(),
                    definition.command().argv(),
                    customer.isEmpty() ? null : customer,
                    wanted);
        }
    }

    /** @param plan the terms of the plan of the jail; empty if it is on none */
    static DifferenceDocument of(DifferingJail version, Optional<JailView> onServer, Optional<PlanTerms> plan) {
        return new DifferenceDocument(
                version.jail().toString(),
                version.kind().text(),
                version.has().map(Version::of).orElse(null),
                onServer.map(Version::of).orElse(null),
                differs(version, onServer),
                plan.map(terms -> beyond(version, terms)).orElse(List.of()),
                Choice.of(version).stream().map(Choice::text).toList(),
                version.choice().map(Choice::text).orElse(null),
                version.seenAt());
    }

    private static @Nullable List<FieldDifference> differs(DifferingJail version, Optional<JailView> onServer) {
        return version.has().orElse(null) instanceof DesiredJail.Present kept && onServer.isPresent()
                ? FieldDifference.between(kept.definition(), onServer.get().definition())
                : null;
    }

    private static List<BeyondPlan> beyond(DifferingJail version, PlanTerms plan) {
        return version.has().orElse(null) instanceof DesiredJail.Present kept
                ? plan.violations(kept.definition()).stream()
                        .map(violation -> new BeyondPlan(violation.pointer(), violation.message()))
                        .toList()
                : List.of();
    }

    /** Returns the name of the jail, or its id if the name is unknown. */
    public String title() {
        if (onHost != null && onHost.name() != null) {
            return onHost.name();
        }
        return onServer != null && onServer.name() != null ? onServer.name() : jail;
    }
}

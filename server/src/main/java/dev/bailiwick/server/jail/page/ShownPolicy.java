package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.policy.PolicyWarning;
import dev.bailiwick.jail.policy.RowChange;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.server.jail.policy.PolicyReading;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A policy as a page shows it.
 *
 * @param overrides without those of an observation, because there may be very many
 * @param observed the number of overrides of an observation
 * @param changes the differences between the policy and its profile
 */
record ShownPolicy(
        String profile,
        List<ShownOverride> overrides,
        int observed,
        List<ShownWarning> warnings,
        List<ShownChange> changes,
        String architecture,
        int instructions,
        int depth) {

    /**
     * @param kind {@code allow}, {@code deny}, {@code log}, {@code kill} or {@code watch}
     * @param effect {@code none}, {@code ended}, or the direction in which the override departs from the profile
     */
    record ShownOverride(
            String call,
            String kind,
            String decision,
            String reason,
            String setBy,
            @Nullable Moment until,
            String effect) {}

    record ShownWarning(String call, String text) {
        static ShownWarning of(PolicyWarning warning) {
            return new ShownWarning(warning.call(), warning.text());
        }
    }

    /** @param direction selects the message and the icon */
    record ShownChange(String call, String direction, String before, String after, String reason) {
        static ShownChange of(RowChange change) {
            return new ShownChange(
                    change.call().name(),
                    change.direction().text(),
                    change.before().words(change.call()),
                    change.after().words(change.call()),
                    change.reason());
        }
    }

    static ShownPolicy of(PolicyReading reading) {
        List<RowChange> changes = reading.departures();
        SeccompFilter filter = reading.filter();
        return new ShownPolicy(
                reading.policy().profile().text(),
                reading.policy().overrides().stream()
                        .filter(override -> !override.watches())
                        .map(override -> override(override, changes, reading.at()))
                        .toList(),
                (int) reading.policy().overrides().stream()
                        .filter(PolicyOverride::watches)
                        .count(),
                reading.warnings().stream().map(ShownWarning::of).toList(),
                changes.stream().map(ShownChange::of).toList(),
                reading.architecture().text(),
                filter.length(),
                filter.depth());
    }

    private static ShownOverride override(PolicyOverride override, List<RowChange> changes, Instant now) {
        return new ShownOverride(
                override.call(),
                kind(override.decision()),
                override.decision().text(),
                override.reason(),
                override.setBy(),
                override.until().map(until -> Moment.of(until, now)).orElse(null),
                effect(override, changes, now));
    }

    private static String effect(PolicyOverride override, List<RowChange> changes, Instant now) {
        if (!override.isInForce(now)) {
            return "ended";
        }
        return changes.stream()
                .filter(change -> change.call().name().equals(override.call()))
                .map(change -> change.direction().text())
                .findFirst()
                .orElse("none");
    }

    static String kind(OverrideDecision decision) {
        return switch (decision) {
            case OverrideDecision.Allow() -> "allow";
            case OverrideDecision.Deny(String _) -> "deny";
            case OverrideDecision.Log() -> "log";
            case OverrideDecision.Kill() -> "kill";
            case OverrideDecision.Watch(var _) -> "watch";
        };
    }
}

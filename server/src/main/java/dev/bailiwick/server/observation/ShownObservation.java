package dev.bailiwick.server.observation;

import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.server.denial.DeniedCalls;
import dev.bailiwick.server.denial.DeniedCalls.DeniedCall;
import dev.bailiwick.server.page.Moment;
import java.text.NumberFormat;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An observation as a jail's page shows it.
 *
 * @param state {@code none}, {@code running} or {@code over}
 * @param until when it ends or ended; null for the state {@code none}
 * @param watched how many calls are, or were, allowed and logged
 * @param seen the watched calls that the jail made
 */
record ShownObservation(String state, @Nullable Moment until, int watched, List<Seen> seen) {

    ShownObservation {
        seen = List.copyOf(seen);
    }

    /**
     * A call that the observed policy would have blocked.
     *
     * @param staged the decision of the observed policy
     * @param count with thousands separators
     */
    record Seen(String call, String staged, String count, boolean atLeast, Moment lastSeen) {}

    static ShownObservation of(Policy policy, DeniedCalls denied, Instant now) {
        List<PolicyOverride> observed =
                policy.overrides().stream().filter(PolicyOverride::watches).toList();
        Optional<Instant> until =
                observed.stream().flatMap(override -> override.until().stream()).max(Instant::compareTo);
        if (until.isEmpty()) {
            return new ShownObservation("none", null, 0, List.of());
        }
        Map<String, PolicyOverride> byCall =
                observed.stream().collect(Collectors.toMap(PolicyOverride::call, Function.identity()));
        return new ShownObservation(
                until.get().isAfter(now) ? "running" : "over",
                Moment.of(until.get(), now),
                observed.size(),
                denied.calls().stream()
                        .filter(call -> call.answer().equals("log"))
                        .flatMap(
                                call -> Optional.ofNullable(byCall.get(call.call()))
                                        .map(override -> seen(call, override, now))
                                        .stream())
                        .toList());
    }

    private static Seen seen(DeniedCall call, PolicyOverride override, Instant now) {
        return new Seen(
                call.call(),
                SyscallTable.linux()
                        .find(call.call())
                        .flatMap(override::staged)
                        .orElseThrow()
                        .text(),
                NumberFormat.getIntegerInstance(Locale.ENGLISH).format(call.count()),
                call.atLeast(),
                Moment.of(call.lastSeen(), now));
    }
}

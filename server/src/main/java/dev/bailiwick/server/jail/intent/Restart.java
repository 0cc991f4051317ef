package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RestartReason;
import dev.bailiwick.jail.WantedState;
import java.time.Instant;
import java.util.List;

/**
 * Whether a change of a definition restarts a running jail. Callers see it before and after the change.
 *
 * @param required whether the host stops and starts the jail as soon as it receives the change
 * @param because the members of the definition that cannot change while the jail runs; empty if it keeps running
 */
public record Restart(boolean required, List<String> because) {

    /** The rule, for users: when a change of policy restarts a running jail. */
    public static final String RULE =
            "A change to the filter restarts a running jail immediately, because a loaded filter can be neither loosened"
                    + " nor replaced. A new reason, a new end in the future, or an override that repeats its profile's row does not"
                    + " change the filter. When an override ends, the host restarts the jail, even while the server is away.";

    public static Restart of(JailDefinition before, JailDefinition after, Instant now) {
        if (before.wanted() == WantedState.STOPPED || after.wanted() == WantedState.STOPPED) {
            return new Restart(false, List.of());
        }
        List<String> because = RestartReason.between(before, after, now).stream()
                .map(RestartReason::text)
                .toList();
        return new Restart(!because.isEmpty(), because);
    }
}

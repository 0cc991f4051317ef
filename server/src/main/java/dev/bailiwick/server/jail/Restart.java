package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RestartReason;
import dev.bailiwick.jail.WantedState;
import java.time.Instant;
import java.util.List;

/**
 * Whether a change of definition has a running jail start again, told before and after it is made.
 *
 * @param required its host stops and starts it as soon as it takes the change
 * @param because the members of the definition that a running jail cannot change; empty where it runs on
 */
public record Restart(boolean required, List<String> because) {

    /** For people: by what rule a change of policy reaches a running jail. */
    public static final String RULE =
            "A change that alters the filter restarts a running jail at once: a loaded filter can neither be"
                    + " loosened nor replaced. A reason, an end still to come, or an override that repeats its profile's row alters"
                    + " nothing and restarts nothing. An override's end restarts the jail on its host, also while the server is away.";

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

package dev.bailiwick.server.jail.policy;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.placement.DraftCompletion;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Changes of a jail's policy, and the previews of their effects. */
@Component
public class PolicyEdits {

    private final Policies policies;
    private final Clock clock;

    PolicyEdits(Policies policies, Clock clock) {
        this.policies = policies;
        this.clock = clock;
    }

    /**
     * The effect of an edit.
     *
     * @param before the current policy of the jail
     * @param after its policy after the edit
     */
    public record Preview(PolicyReading before, PolicyReading after, Restart restart) {}

    /** Returns the jail's definition with this override, which replaces another one of the same call. */
    public static DefinitionDraft with(JailView jail, OverrideDraft override) {
        List<@Nullable OverrideDraft> overrides =
                new ArrayList<>(others(jail, Objects.requireNonNullElse(override.call(), "")));
        overrides.add(override);
        return with(jail, overrides);
    }

    /** Returns the jail's definition without its override of this call. */
    public static DefinitionDraft without(JailView jail, String call) {
        return with(jail, others(jail, call));
    }

    /** @throws InvalidRequest naming every invalid field */
    public Preview preview(Caller caller, JailView jail, DefinitionDraft draft) {
        JailDefinition after = define(caller, jail, draft);
        return new Preview(
                policies.of(jail),
                policies.of(after.policy(), policies.architecture(jail)),
                policies.restart(jail.definition(), after));
    }

    /** @throws InvalidRequest naming every invalid field */
    public Restart restart(Caller caller, JailView jail, DefinitionDraft draft) {
        return policies.restart(jail.definition(), define(caller, jail, draft));
    }

    private JailDefinition define(Caller caller, JailView jail, DefinitionDraft draft) {
        return DraftCompletion.define(
                draft,
                Optional.of(jail.definition().path().value()),
                caller.login(),
                Optional.of(jail.definition()),
                clock.instant());
    }

    private static List<@Nullable OverrideDraft> others(JailView jail, String call) {
        PolicyDraft policy = Objects.requireNonNull(draft(jail).policy());
        return Objects.requireNonNull(policy.overrides()).stream()
                .filter(override -> override == null || override.watches() || !call.equals(override.call()))
                .toList();
    }

    private static DefinitionDraft with(JailView jail, List<@Nullable OverrideDraft> overrides) {
        return with(jail, new PolicyDraft(jail.definition().policy().profile().text(), overrides));
    }

    /** Returns the jail's definition with this policy in place of its own. */
    public static DefinitionDraft with(JailView jail, PolicyDraft policy) {
        return draft(jail).with(policy);
    }

    private static DefinitionDraft draft(JailView jail) {
        return DefinitionDraft.of(jail.definition());
    }
}

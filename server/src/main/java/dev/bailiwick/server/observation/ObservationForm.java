package dev.bailiwick.server.observation;

import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.policy.ObservedPolicy;
import dev.bailiwick.jail.policy.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The form for starting an observation, as typed.
 *
 * @param profile the profile to observe, instead of the jail's own
 * @param call a call with another decision; blank for none
 * @param duration such as {@code 24h}
 */
record ObservationForm(String profile, String call, String decision, String duration) {

    ObservationForm {
        profile = Objects.requireNonNullElse(profile, "").strip();
        call = Objects.requireNonNullElse(call, "").strip();
        decision = Objects.requireNonNullElse(decision, "").strip();
        duration = Objects.requireNonNullElse(duration, "").strip();
    }

    static ObservationForm blank(Policy current) {
        return new ObservationForm(current.profile().text(), "", "deny:EPERM", "24h");
    }

    /** Returns the policy to observe: it keeps the jail's own overrides, except the one for the form's call. */
    PolicyDraft staged(Policy current) {
        List<@Nullable OverrideDraft> overrides = new ArrayList<>(ObservedPolicy.without(current).overrides().stream()
                .filter(override -> !override.call().equals(call))
                .map(OverrideDraft::of)
                .toList());
        if (!call.isEmpty()) {
            overrides.add(new OverrideDraft(call, decision, null, null, null));
        }
        return new PolicyDraft(profile, overrides);
    }
}

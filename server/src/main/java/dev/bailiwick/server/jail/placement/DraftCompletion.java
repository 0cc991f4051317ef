package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** The completion of a draft to a definition, with the values that the caller leaves to the server. */
public final class DraftCompletion {

    /** A stand-in for a path that is chosen later. */
    public static final String PATH_TO_BE_CHOSEN = "/chosen/later";

    private static final String SOMEBODY = "somebody";

    private DraftCompletion() {}

    /** Returns the violations of a new jail's draft that do not depend on the caller or the time. */
    public static List<Violation> violations(DefinitionDraft draft) {
        try {
            define(draft, Optional.of(PATH_TO_BE_CHOSEN), SOMEBODY, Optional.empty(), Instant.MIN);
            return List.of();
        } catch (InvalidRequest invalid) {
            return invalid.violations();
        }
    }

    /**
     * Completes a draft.
     *
     * @param path the path of the files if the draft has none
     * @param asker the login of the caller
     * @param before the definition that this one replaces; values that the server chose for it remain
     * @param now the time after which every override has to end, except one that the previous definition has too
     * @return the definition, with stand-ins for addresses that are chosen later: see {@link DraftAddresses}
     * @throws InvalidRequest with all violations
     */
    public static JailDefinition define(
            DefinitionDraft draft, Optional<String> path, String asker, Optional<JailDefinition> before, Instant now) {
        DraftAddresses addresses = DraftAddresses.of(draft, before);
        DefinitionDraft complete = draft.at(
                        draft.path() == null || draft.path().isBlank() ? path.orElse(null) : draft.path())
                .with(addresses.ip(), addresses.additional());
        JailDefinition definition;
        try {
            definition = complete.define();
        } catch (InvalidDefinition e) {
            throw new InvalidRequest(e.violations());
        }
        List<PolicyOverride> known =
                before.map(jail -> jail.policy().overrides()).orElse(List.of());
        Policy signed = sign(definition.policy(), known, asker);
        refuseEnded(signed.overrides(), known, now);
        JailDefinition whole = definition
                .with(signed)
                .withIncarnation(before.map(JailDefinition::incarnation).orElse(0L));
        boolean starts = whole.wanted() == WantedState.RUNNING
                && before.filter(jail -> jail.wanted() == WantedState.STOPPED).isPresent();
        // A host that was away for the stop starts a program that has completed all the same.
        return starts ? whole.started() : whole;
    }

    private static void refuseEnded(List<PolicyOverride> overrides, List<PolicyOverride> known, Instant now) {
        List<Violation> ended = IntStream.range(0, overrides.size())
                .filter(at -> overrides
                        .get(at)
                        .until()
                        .filter(until -> !until.isAfter(now))
                        .isPresent())
                .filter(at -> !known.contains(overrides.get(at)))
                .mapToObj(at -> new Violation("/policy/overrides/" + at + "/until", "is in the past"))
                .toList();
        if (!ended.isEmpty()) {
            throw new InvalidRequest(ended);
        }
    }

    /**
     * Sets the author of each override, whatever the draft says: the caller, or the previous author of an override that
     * remains. If all remain and there are no others, their order remains too, because it has no meaning.
     */
    private static Policy sign(Policy policy, List<PolicyOverride> known, String asker) {
        List<PolicyOverride> signed = policy.overrides().stream()
                .map(override -> known.stream()
                        .filter(k -> override.setBy(k.setBy()).equals(k))
                        .findFirst()
                        .orElseGet(() -> override.setBy(asker)))
                .toList();
        boolean same = signed.size() == known.size() && Set.copyOf(signed).equals(Set.copyOf(known));
        return new Policy(policy.profile(), same ? known : signed);
    }
}

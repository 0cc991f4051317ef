package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.DefinitionDraft;
import dev.bailiwick.jail.InvalidDefinition;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.PolicyDraft;
import dev.bailiwick.jail.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.Violation;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.PolicyOverride;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Completes what somebody said about a jail with what they left to the server, and makes a definition of it. */
public final class DraftCompletion {

    /** Stands in for addresses that are yet to be chosen, so that all else can be checked before (RFC 5737: it is nobody's). */
    private static final String TO_BE_CHOSEN = "192.0.2.1";

    /** Stands in for a path that is yet to be chosen. */
    public static final String PATH_TO_BE_CHOSEN = "/chosen/later";

    private static final String SOMEBODY = "somebody";

    private DraftCompletion() {}

    public static boolean choosesAddresses(DefinitionDraft draft) {
        return draft.ip() == null || draft.ip().isEmpty() || draft.ip().equals(List.of("auto"));
    }

    /** All that is wrong with the draft of a new jail by itself, whoever asks for it and when. */
    public static List<Violation> violations(DefinitionDraft draft) {
        try {
            define(draft, Optional.of(PATH_TO_BE_CHOSEN), SOMEBODY, Optional.empty(), Instant.MIN);
            return List.of();
        } catch (InvalidRequest invalid) {
            return invalid.violations();
        }
    }

    /**
     * @param path where its files are if the draft does not say
     * @param before the definition it replaces; what the server chose for it stays
     * @param now an override may not end before, unless it stood in the definition before and has ended
     * @throws InvalidRequest with every violation there is
     */
    public static JailDefinition define(
            DefinitionDraft draft, Optional<String> path, String asker, Optional<JailDefinition> before, Instant now) {
        List<@Nullable String> ip = draft.ip();
        if (choosesAddresses(draft)) {
            ip = before.isPresent() ? DefinitionDraft.of(before.get()).ip() : List.<@Nullable String>of(TO_BE_CHOSEN);
        }
        DefinitionDraft complete = draft.with(signed(draft.policy(), asker, before))
                .at(draft.path() == null || draft.path().isBlank() ? path.orElse(null) : draft.path(), ip);
        JailDefinition definition;
        try {
            definition = complete.define();
        } catch (InvalidDefinition e) {
            throw new InvalidRequest(e.violations());
        }
        refuseEnded(definition.policy().overrides(), before, now);
        return definition.incarnated(before.map(JailDefinition::incarnation).orElse(0L));
    }

    private static void refuseEnded(List<PolicyOverride> overrides, Optional<JailDefinition> before, Instant now) {
        List<PolicyOverride> known =
                before.map(jail -> jail.policy().overrides()).orElse(List.of());
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

    /** Who sets an override is never taken from what they say; one that was there before keeps who set it. */
    private static @Nullable PolicyDraft signed(
            @Nullable PolicyDraft policy, String asker, Optional<JailDefinition> before) {
        if (policy == null || policy.overrides() == null) {
            return policy;
        }
        List<OverrideDraft> known = before.map(JailDefinition::policy).stream()
                .map(Policy::overrides)
                .flatMap(List::stream)
                .map(OverrideDraft::of)
                .toList();
        return new PolicyDraft(
                policy.profile(),
                policy.overrides().stream()
                        .<@Nullable OverrideDraft>map(
                                override -> override == null ? null : signed(override, known, asker))
                        .toList());
    }

    private static OverrideDraft signed(OverrideDraft override, List<OverrideDraft> known, String asker) {
        return known.stream()
                .filter(k -> signedBy(override, k.setBy()).equals(k))
                .findFirst()
                .orElseGet(() -> signedBy(override, asker));
    }

    private static OverrideDraft signedBy(OverrideDraft draft, @Nullable String who) {
        return new OverrideDraft(draft.call(), draft.decision(), draft.reason(), who, draft.until());
    }
}

package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A policy from JSON or a form, not yet checked.
 *
 * @param profile by default {@code hosting}
 */
public record PolicyDraft(
        @Nullable String profile, @Nullable List<@Nullable OverrideDraft> overrides) {

    /**
     * One override, not yet checked.
     *
     * @param setBy who sets the override; the code that knows the caller fills this in
     * @param until in ISO 8601, for example {@code 2026-12-24T18:00:00Z}; absent or blank for no end
     */
    public record OverrideDraft(
            @Nullable String call,
            @Nullable String decision,
            @Nullable String reason,
            @Nullable String setBy,
            @Nullable String until) {

        public static OverrideDraft of(PolicyOverride override) {
            return new OverrideDraft(
                    override.call(),
                    override.decision().text(),
                    override.reason(),
                    override.setBy(),
                    override.until().map(Instant::toString).orElse(null));
        }

        /** Returns whether the decision begins as that of an override that watches, even if the rest is invalid. */
        public boolean watches() {
            return decision != null && decision.startsWith(OverrideDecision.WATCH);
        }
    }

    /** Returns the draft from which {@link #define} makes the same policy. */
    public static PolicyDraft of(Policy policy) {
        return new PolicyDraft(
                policy.profile().text(),
                policy.overrides().stream()
                        .<@Nullable OverrideDraft>map(OverrideDraft::of)
                        .toList());
    }

    /** @throws InvalidDefinition with all violations; pointers are relative to the policy */
    public Policy define() {
        DraftReader reader = new DraftReader();
        Optional<Policy> policy = read(reader);
        reader.refuseIfAny();
        return policy.orElseThrow();
    }

    Optional<Policy> read(DraftReader reader) {
        Optional<Profile> readProfile = reader.readOr("/profile", profile, Profile.HOSTING, Profile::parse);
        List<@Nullable OverrideDraft> drafts = overrides == null ? List.of() : overrides;
        List<PolicyOverride> read = new ArrayList<>();
        for (int i = 0; i < drafts.size(); i++) {
            read(reader.at("/overrides/" + i), drafts.get(i)).ifPresent(read::add);
        }
        if (read.size() < drafts.size()) {
            return Optional.empty();
        }
        return readProfile.flatMap(p -> reader.check("", () -> new Policy(p, read)));
    }

    private static Optional<PolicyOverride> read(DraftReader reader, @Nullable OverrideDraft draft) {
        if (draft == null) {
            reader.add(new Violation("", "is required"));
            return Optional.empty();
        }
        Optional<String> call = reader.read("/call", draft.call(), String::strip);
        Optional<OverrideDecision> decision = reader.read("/decision", draft.decision(), OverrideDecision::parse);
        Optional<Optional<Instant>> until =
                reader.readOr("/until", draft.until(), Optional.empty(), text -> Optional.of(instant(text)));
        if (call.isEmpty() || decision.isEmpty() || until.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new PolicyOverride(
                call.get(),
                decision.get(),
                draft.reason() == null ? "" : draft.reason(),
                draft.setBy() == null ? "" : draft.setBy(),
                until.get()));
    }

    /** Reads an instant and cuts it to microseconds, because the database stores no more. */
    private static Instant instant(String text) {
        try {
            return Instant.parse(text).truncatedTo(ChronoUnit.MICROS);
        } catch (DateTimeParseException e) {
            throw new InvalidValue("must be an instant such as '2026-12-24T18:00:00Z'");
        }
    }
}

package dev.bailiwick.server.observation;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.policy.ObservedPolicy;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.IfMatch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Observations of policies: for a time a jail keeps its own policy, and calls that the observed policy would block are logged and
 * counted as denials with the answer {@code log}. An observation consists of overrides with an end, which the host applies by
 * itself.
 */
@Service
class Observations {

    private static final IfMatch ANY = IfMatch.of(Optional.empty());

    private final Jails jails;
    private final Clock clock;

    Observations(Jails jails, Clock clock) {
        this.jails = jails;
        this.clock = clock;
    }

    /**
     * A started observation.
     *
     * @param generation the generation of the definition with the observation; the current one if there is nothing to watch
     */
    record ObservationStart(long generation, Instant until, ObservedPolicy observation) {}

    /**
     * Begins or prolongs the observation of a policy that is not in force.
     *
     * @throws InvalidRequest if the policy is invalid
     * @throws dev.bailiwick.server.jail.intent.JailNotFound if the jail does not exist or the caller may not see it
     */
    ObservationStart begin(Caller caller, JailId id, PolicyDraft staged, Duration duration) {
        AtomicReference<ObservationStart> wanted = new AtomicReference<>();
        JailView changed = jails.redefine(
                caller,
                id,
                ANY,
                jail -> {
                    ObservationStart start = of(caller, jail, staged, duration);
                    wanted.set(start);
                    Policy policy = start.observation().watched().isEmpty()
                            ? jail.definition().policy()
                            : start.observation().policy();
                    return DefinitionDraft.of(jail.definition().with(policy));
                },
                PreviousFiles.MOVED);
        return new ObservationStart(
                changed.generation(), wanted.get().until(), wanted.get().observation());
    }

    /** Returns the observation that {@link #begin} would start; stores nothing. */
    ObservationStart of(Caller caller, JailView jail, PolicyDraft staged, Duration duration) {
        Instant now = clock.instant();
        Instant until = now.plus(duration).truncatedTo(ChronoUnit.SECONDS);
        ObservedPolicy observation =
                ObservedPolicy.of(jail.definition().policy(), policy(staged, caller), caller.login(), now, until);
        return new ObservationStart(jail.generation(), until, observation);
    }

    /**
     * Ends the jail's observation, or removes one that has ended. Does nothing if there is none.
     *
     */
    void end(Caller caller, JailId id) {
        jails.redefine(
                caller,
                id,
                ANY,
                jail -> DefinitionDraft.of(jail.definition()
                        .with(ObservedPolicy.without(jail.definition().policy()))),
                PreviousFiles.MOVED);
    }

    private static Policy policy(PolicyDraft staged, Caller caller) {
        List<@Nullable OverrideDraft> overrides =
                Objects.requireNonNullElse(staged.overrides(), List.<@Nullable OverrideDraft>of()).stream()
                        .<@Nullable OverrideDraft>map(draft -> draft == null ? null : complete(draft, caller))
                        .toList();
        try {
            return new PolicyDraft(staged.profile(), overrides).define();
        } catch (InvalidDefinition e) {
            throw new InvalidRequest(e.violations());
        }
    }

    /** Fills in a reason and an author: the observed policy is not stored, so the caller need not give them. */
    private static OverrideDraft complete(OverrideDraft draft, Caller caller) {
        String reason = draft.reason() == null || draft.reason().isBlank() ? "staged" : draft.reason();
        return new OverrideDraft(draft.call(), draft.decision(), reason, caller.login(), draft.until());
    }
}

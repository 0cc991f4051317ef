package dev.bailiwick.server.observation;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.denial.Denials;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.JailDiffersOnHost;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Starts observations of policies: the jail's denials then show the calls that a policy would block, before it does. */
@RestController
class ObservationResource {

    private static final Duration MIN = Duration.ofMinutes(1);

    private final Observations observations;

    ObservationResource(Observations observations) {
        this.observations = observations;
    }

    /**
     * A request to observe a policy.
     *
     * @param profile by default {@code hosting}
     * @param overrides as in a jail's policy, but a reason is not required
     * @param duration such as {@code 24h}; from a minute to thirty days, by default a day
     */
    record ObservationRequest(
            @Nullable String profile,
            @Nullable List<@Nullable OverrideDraft> overrides,
            @Nullable String duration) {}

    /**
     * A started observation.
     *
     * @param generation the generation of the jail with which the observation starts
     * @param watched the calls that are allowed and counted as denials with the answer {@code log}, where the policy would block
     *     them
     */
    record ObservationDocument(long generation, Instant until, List<String> watched) {}

    @Fails({
        JailNotFound.class,
        RightMissing.class,
        JailRetired.class,
        JailDiffersOnHost.class,
        GenerationConflict.class,
        CustomerSuspended.class
    })
    @Operation(
            operationId = "observePolicy",
            summary = "Observe a policy before enforcing it",
            description =
                    "For a time, calls that the given policy would block but the jail's own does not are allowed and logged, by"
                            + " overrides that end by themselves. Logged calls are listed at /api/v1/jails/{id}/denials with the answer"
                            + " 'log'. As the filter changes, a running jail restarts at the beginning and at the end.")
    @PostMapping("/api/v1/jails/{id}/policy:observe")
    @ResponseStatus(HttpStatus.ACCEPTED)
    ObservationDocument observe(Caller caller, @PathVariable JailId id, @RequestBody ObservationRequest wanted) {
        Observations.ObservationStart start = observations.begin(
                caller, id, new PolicyDraft(wanted.profile(), wanted.overrides()), duration(wanted.duration()));
        return new ObservationDocument(
                start.generation(), start.until(), start.observation().watched());
    }

    static Duration duration(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return Duration.ofDays(1);
        }
        try {
            Duration duration = DurationStyle.detectAndParse(text);
            if (duration.compareTo(MIN) >= 0 && duration.compareTo(Denials.KEPT) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidRequest("/duration", "must be a duration like 24h or PT24H");
        }
        throw new InvalidRequest("/duration", "must be from a minute to " + Denials.KEPT.toDays() + " days");
    }
}

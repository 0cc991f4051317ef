package dev.bailiwick.server.observation;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.PolicyDraft;
import dev.bailiwick.jail.PolicyDraft.OverrideDraft;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.denial.Denials;
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

/** Lets a jail show what a policy would refuse it, before it does. */
@RestController
class ObservationResource {

    private static final Duration MIN = Duration.ofMinutes(1);

    private final Observations observations;

    ObservationResource(Observations observations) {
        this.observations = observations;
    }

    /**
     * A policy to observe.
     *
     * @param profile by default {@code hosting}
     * @param overrides as a jail has them; here a reason is not needed
     * @param duration for how long, such as {@code 24h}; a minute to thirty days, by default a day
     */
    record Wanted(
            @Nullable String profile,
            @Nullable List<@Nullable OverrideDraft> overrides,
            @Nullable String duration) {}

    /**
     * What is observed.
     *
     * @param generation the jail's, from which on it is
     * @param watched where these calls would be refused they go on and are counted as denials answered {@code log}
     */
    record Observed(long generation, Instant until, List<String> watched) {}

    @Operation(
            summary = "Observe a policy before enforcing it",
            description =
                    "For a time the calls that the given policy would block and the jail's own does not are allowed and logged, by"
                            + " overrides that end by themselves. What is logged shows at /api/v1/jails/{id}/denials with the answer"
                            + " 'log'. The filter changes, so a running jail is restarted, and again at the end.")
    @PostMapping("/api/v1/jails/{id}/policy:observe")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Observed observe(Caller caller, @PathVariable JailId id, @RequestBody Wanted wanted) {
        Observations.Begun begun = observations.begin(
                caller, id, new PolicyDraft(wanted.profile(), wanted.overrides()), duration(wanted.duration()));
        return new Observed(
                begun.generation(), begun.until(), begun.observation().watched());
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
        throw new InvalidRequest("/duration", "must be a minute to " + Denials.KEPT.toDays() + " days");
    }
}

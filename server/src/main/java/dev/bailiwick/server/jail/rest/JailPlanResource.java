package dev.bailiwick.server.jail.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.quota.HostFull;
import dev.bailiwick.server.account.quota.QuotaExceeded;
import dev.bailiwick.server.jail.JailPlans;
import dev.bailiwick.server.jail.JailPlans.Effect;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.policy.Policies;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.plan.PlanDoesNotFit;
import dev.bailiwick.server.plan.PlanId;
import dev.bailiwick.server.plan.PlanVersionDocument;
import dev.bailiwick.server.plan.Plans;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.request.IfMatch;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Puts a jail on a plan. The answers are those of {@link JailResource}. */
@RestController
@RequestMapping("/api/v1/jails")
class JailPlanResource {

    private final Jails jails;
    private final JailPlans plans;
    private final Plans sold;
    private final Policies policies;
    private final ChangeAnswer changes;

    JailPlanResource(Jails jails, JailPlans plans, Plans sold, Policies policies, ChangeAnswer changes) {
        this.jails = jails;
        this.plans = plans;
        this.sold = sold;
        this.policies = policies;
        this.changes = changes;
    }

    /** @param plan the plan, whose latest version the jail gets; null for none, which has to be said */
    record PlanChangeRequest(
            @JsonProperty(required = true)
            @Schema(description = "The id of the plan; null for none", requiredMode = Schema.RequiredMode.REQUIRED)
            @Nullable
            PlanId plan) {}

    /**
     * The plan that a jail is on. All fields are absent if it is on none.
     *
     * @param version its terms for the jail; without the price code, which only staff sees in the plan itself
     */
    record JailPlanDocument(
            @Nullable PlanId plan,
            @Nullable String name,
            @Nullable PlanVersionDocument version) {}

    @Fails({JailNotFound.class})
    @Operation(
            operationId = "getJailPlan",
            summary = "Get the plan of a jail, with its terms",
            description = "For all who see the jail. Empty if the jail is on no plan.")
    @GetMapping("/{id}/plan")
    JailPlanDocument get(Caller caller, @PathVariable JailId id) {
        return jails.find(caller, id)
                .plan()
                .map(on -> new JailPlanDocument(
                        on.plan(), on.name(), PlanVersionDocument.withoutPriceCode(sold.version(on.version()))))
                .orElse(new JailPlanDocument(null, null, null));
    }

    @Fails({PlanDoesNotFit.class, QuotaExceeded.class, HostFull.class})
    @Operation(
            operationId = "changeJailPlan",
            summary = "Put a jail on the latest version of a plan, or on none",
            description =
                    "It gets the limits that the plan states; everything else stays. 'restart' says whether that restarts it, and why. What does not fit is named with the figures, and nothing is changed.")
    @ChangeResponses
    @PostMapping("/{id}/plan")
    ResponseEntity<JailDocument> change(
            Caller caller,
            @PathVariable JailId id,
            @RequestBody PlanChangeRequest wanted,
            @Parameter(
                            description =
                                    "With true, nothing is changed: the answer, or the error, says what would come of it")
                    @RequestParam(defaultValue = "false")
                    boolean dryRun,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch,
            @RequestParam Optional<String> wait)
            throws InterruptedException {
        JailView before = jails.find(caller, id);
        Optional<PlanId> plan = Optional.ofNullable(wanted.plan());
        IfMatch condition = IfMatch.of(ifMatch);
        if (dryRun) {
            return ResponseEntity.ok(
                    document(caller, before, plans.putOnPlan(caller, id, plan, condition, Effect.SHOWN)));
        }
        return changes.answer(
                id,
                wait,
                () -> plans.putOnPlan(caller, id, plan, condition, Effect.MADE),
                (seen, _) -> document(caller, before, seen));
    }

    private JailDocument document(Caller caller, JailView before, JailView after) {
        return JailDocument.changed(caller, after, policies.restart(before.definition(), after.definition()));
    }
}

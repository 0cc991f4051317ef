package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.jail.JailPlans;
import dev.bailiwick.server.jail.JailPlans.Effect;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.policy.Policies;
import dev.bailiwick.server.jail.view.JailPlan;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.plan.Plan;
import dev.bailiwick.server.plan.PlanId;
import dev.bailiwick.server.plan.PlanNotFound;
import dev.bailiwick.server.plan.Plans;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemWriter;
import dev.bailiwick.server.request.IfMatch;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Puts the jails of a plan on its latest version. */
@RestController
class PlanApplicationResource {

    private final Plans plans;
    private final JailPlans jailPlans;
    private final Jails jails;
    private final Policies policies;
    private final ProblemWriter problems;

    PlanApplicationResource(Plans plans, JailPlans jailPlans, Jails jails, Policies policies, ProblemWriter problems) {
        this.plans = plans;
        this.jailPlans = jailPlans;
        this.jails = jails;
        this.policies = policies;
        this.problems = problems;
    }

    /**
     * A jail that was on another version of the plan.
     *
     * @param planVersion the version that it was on
     * @param restart whether the change restarts it, and why; absent if it does not fit
     * @param problem why it does not fit, and stays on its version; otherwise absent
     */
    record AppliedJail(
            String id,
            String name,
            int planVersion,
            @Nullable Restart restart,
            @Nullable ProblemDetail problem) {}

    @Fails({PlanNotFound.class, RightMissing.class})
    @Operation(
            operationId = "applyPlan",
            summary = "Put the jails of a plan on its latest version",
            description =
                    "Those that are on another one, in the order of their ids and each by itself. Each is answered with what the change restarts, or with the problem for which it stays as it is.")
    @PostMapping("/api/v1/plans/{id}/apply")
    ResponseEntity<ListDocument<AppliedJail>> apply(
            Caller caller,
            @PathVariable PlanId id,
            @Parameter(description = "With true, nothing is changed: the answer says what would come of it")
                    @RequestParam(defaultValue = "false")
                    boolean dryRun,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(name = "cursor") Optional<String> cursor) {
        caller.require(Right.PLANS);
        caller.require(Scope.JAILS_READ);
        Plan plan = plans.find(id);
        List<JailId> outdated = jailPlans.outdated(
                plan, ListDocument.start(cursor, JailId::parse), ListDocument.requireLimit(limit) + 1);
        Effect effect = dryRun ? Effect.SHOWN : Effect.MADE;
        return ListDocument.of(outdated, limit, jail -> jail, jail -> apply(caller, plan, jail, effect));
    }

    private Stream<AppliedJail> apply(Caller caller, Plan plan, JailId id, Effect effect) {
        JailView before;
        try {
            before = jails.find(caller, id);
        } catch (JailNotFound gone) {
            return Stream.empty();
        }
        String name = before.definition().name().value();
        int version = before.plan().map(JailPlan::number).orElse(0);
        try {
            JailView after =
                    jailPlans.putOnPlan(caller, id, Optional.of(plan.id()), IfMatch.of(Optional.empty()), effect);
            return Stream.of(new AppliedJail(
                    id.toString(), name, version, policies.restart(before.definition(), after.definition()), null));
        } catch (Failure why) {
            return Stream.of(new AppliedJail(id.toString(), name, version, null, problems.document(why)));
        }
    }
}

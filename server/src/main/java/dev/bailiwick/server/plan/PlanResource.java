package dev.bailiwick.server.plan;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.plan.PlanRequest.NewPlanRequest;
import dev.bailiwick.server.plan.PlanRequest.TermsRequest;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Plans, for staff. There are few plans, so lists have no pages. */
@RestController
@RequestMapping("/api/v1/plans")
class PlanResource {

    private final Plans plans;

    PlanResource(Plans plans) {
        this.plans = plans;
    }

    /** @param latest the version on which jails are put from now on */
    record PlanDocument(
            PlanId id,
            String name,
            PlanVersionDocument latest,
            Instant createdAt,
            @Nullable Instant retiredAt) {

        static PlanDocument of(Plan plan) {
            return new PlanDocument(
                    plan.id(), plan.name(), PlanVersionDocument.of(plan.latest()), plan.createdAt(), plan.retiredAt());
        }
    }

    record PlanListDocument(List<PlanDocument> items) {}

    record VersionListDocument(List<PlanVersionDocument> items) {}

    @Fails({PlanNameTaken.class, RightMissing.class})
    @Operation(
            operationId = "createPlan",
            summary = "Create a plan",
            description =
                    "What is missing is not bounded, but a jail on a plan reaches TCP port 25 beyond its host only with outgoingMail, and if its pool allows it, too. Nothing holds a jail to the terms that 'notEnforced' names: they are kept for those who sell it.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<PlanDocument> create(Caller caller, @RequestBody NewPlanRequest wanted) {
        Plan plan = plans.create(caller, wanted.name(), wanted.terms());
        return ResponseEntity.created(URI.create("/api/v1/plans/" + plan.id())).body(PlanDocument.of(plan));
    }

    @Operation(operationId = "listPlans", summary = "List plans, also those that are retired")
    @GetMapping
    PlanListDocument list(Caller caller) {
        return new PlanListDocument(
                plans.list(caller).stream().map(PlanDocument::of).toList());
    }

    @Fails({PlanNotFound.class})
    @Operation(operationId = "getPlan", summary = "Get a plan")
    @GetMapping("/{id}")
    PlanDocument get(Caller caller, @PathVariable PlanId id) {
        return PlanDocument.of(plans.get(caller, id));
    }

    @Fails({PlanNotFound.class})
    @Operation(operationId = "listPlanVersions", summary = "List the versions of a plan, the latest first")
    @GetMapping("/{id}/versions")
    VersionListDocument versions(Caller caller, @PathVariable PlanId id) {
        return new VersionListDocument(
                plans.versions(caller, id).stream().map(PlanVersionDocument::of).toList());
    }

    @Fails({PlanNotFound.class, RightMissing.class})
    @Operation(
            operationId = "createPlanVersion",
            summary = "Make the next version of a plan",
            description =
                    "With all its terms; the same terms make no version. Jails stay on the version that they have, until they are put on the latest one.")
    @PostMapping("/{id}/versions")
    PlanDocument change(Caller caller, @PathVariable PlanId id, @RequestBody TermsRequest wanted) {
        return PlanDocument.of(plans.change(caller, id, wanted.terms()));
    }

    @Fails({PlanNotFound.class, RightMissing.class})
    @Operation(
            operationId = "retirePlan",
            summary = "Retire a plan",
            description = "No jail is put on it any more; the jails on it stay.")
    @DeleteMapping("/{id}")
    PlanDocument retire(Caller caller, @PathVariable PlanId id) {
        return PlanDocument.of(plans.retire(caller, id));
    }
}

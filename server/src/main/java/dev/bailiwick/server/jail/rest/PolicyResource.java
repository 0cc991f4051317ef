package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.policy.Policies;
import dev.bailiwick.server.jail.rest.PolicyDocuments.ExplanationDocument;
import dev.bailiwick.server.jail.rest.PolicyDocuments.JailPolicyDocument;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.request.EntityTag;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/**
 * The API for policies: it shows a jail's policy and simulates any other. It changes nothing, because a policy is part
 * of its jail.
 */
@RestController
@RequestMapping("/api/v1")
class PolicyResource {

    private final Jails jails;
    private final Policies policies;
    private final Simulations simulations;

    PolicyResource(Jails jails, Policies policies, Simulations simulations) {
        this.jails = jails;
        this.policies = policies;
        this.simulations = simulations;
    }

    @Fails({JailNotFound.class})
    @Operation(
            operationId = "getPolicy",
            summary = "Get a jail's policy",
            description =
                    "Its profile and overrides, their differences from the profile, warnings about them, and the rule that says"
                            + " when a change restarts the running jail.")
    @GetMapping("/jails/{id}/policy")
    ResponseEntity<JailPolicyDocument> policy(Caller caller, @PathVariable JailId id) {
        JailView jail = jails.find(caller, id);
        return ResponseEntity.ok()
                .eTag(EntityTag.of(jail.generation()))
                .body(JailPolicyDocument.of(jail, policies.of(jail)));
    }

    @Fails({JailNotFound.class})
    @Operation(
            operationId = "explainCall",
            summary = "Explain a call in a jail",
            description =
                    "The path to the decision, layer by layer: profile, override, floor, filter, kernel. The filter's answer is"
                            + " the result of running the compiled program on the call.")
    @GetMapping("/jails/{id}/policy:explain")
    ExplanationDocument explain(
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = "The name of the call", example = "settimeofday") @RequestParam String call,
            @Parameter(
                            description =
                                    "Up to six numbers of 64 bits, decimal or hexadecimal, separated by commas; missing ones count as 0",
                            example = "2,0x80001")
                    @RequestParam(defaultValue = "")
                    String args) {
        return ExplanationDocument.of(policies.of(jails.find(caller, id)).explain(call, args));
    }

    @Fails({JailNotFound.class})
    @Operation(
            operationId = "simulatePolicy",
            summary = "Simulate a policy",
            description =
                    "Takes a profile and overrides, and stores nothing. The answer has the decisions about the given calls, the"
                            + " differences from another policy, and warnings. If a jail is given, the policy is compared with the policy of"
                            + " that jail, and the answer says whether the policy would restart the jail.")
    @PostMapping("/policies:simulate")
    SimulationDocument simulate(
            Caller caller,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = SimulationRequest.class)))
                    @RequestBody
                    JsonNode body) {
        caller.require(Scope.JAILS_READ);
        return simulations.run(caller, body);
    }
}

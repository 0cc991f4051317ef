package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.jail.JailView;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.policy.Policies;
import dev.bailiwick.server.jail.rest.PolicyDocuments.ExplanationDocument;
import dev.bailiwick.server.jail.rest.PolicyDocuments.JailPolicyDocument;
import dev.bailiwick.server.problem.EntityTag;
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

/** What policies come to: a jail's own, and any that somebody thinks of. Nothing is changed here; a policy is part of its jail. */
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

    @Operation(
            summary = "A jail's policy",
            description =
                    "Its profile and overrides, where they depart from the profile, warnings about them, and by what rule a"
                            + " change reaches the running jail.")
    @GetMapping("/jails/{id}/policy")
    ResponseEntity<JailPolicyDocument> policy(Caller caller, @PathVariable JailId id) {
        JailView jail = jails.find(caller, id);
        return ResponseEntity.ok()
                .eTag(EntityTag.of(jail.generation()))
                .body(JailPolicyDocument.of(jail, policies.of(jail)));
    }

    @Operation(
            summary = "What becomes of a call in a jail",
            description =
                    "The path to the decision, layer by layer: profile, override, floor, filter, kernel. The filter's answer is"
                            + " proven by running the compiled program on the call.")
    @GetMapping("/jails/{id}/policy:explain")
    ExplanationDocument explain(
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = "The call's name in the table", example = "settimeofday") @RequestParam
                    String call,
            @Parameter(
                            description =
                                    "Up to six numbers of 64 bits, decimal or hexadecimal, split by commas; missing ones count as 0",
                            example = "2,0x80001")
                    @RequestParam(defaultValue = "")
                    String args) {
        return ExplanationDocument.of(policies.of(jails.find(caller, id)).explain(call, args));
    }

    @Operation(
            summary = "What a policy would come to",
            description =
                    "Takes a profile and overrides, nothing of it stored: how it decides the given calls, where it differs from"
                            + " another policy, and warnings. With a jail, the difference is to that jail's policy, and the answer says whether"
                            + " giving it to the jail would restart it.")
    @PostMapping("/policies:simulate")
    SimulationDocument simulate(
            Caller caller,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = WantedSimulation.class)))
                    @RequestBody
                    JsonNode body) {
        caller.require(Scope.JAILS_READ);
        return simulations.run(caller, body);
    }
}

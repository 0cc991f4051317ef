package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.account.quota.HostFull;
import dev.bailiwick.server.account.quota.QuotaExceeded;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.SettledWait;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.JailAlreadyExists;
import dev.bailiwick.server.jail.intent.JailDiffersOnHost;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.file.PathHoldsFiles;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.placement.NoHostAvailable;
import dev.bailiwick.server.jail.policy.Policies;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.AddressTaken;
import dev.bailiwick.server.network.PoolsExhausted;
import dev.bailiwick.server.plan.PlanDoesNotFit;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.ConditionMissing;
import dev.bailiwick.server.request.IfMatch;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/**
 * The jails in the API. A change is durable when it is answered. With {@code ?wait=10s}, the answer waits until the host has
 * applied the change or the time is up. 201 and 200 mean that the change is stored and, after a wait, applied or refused by the
 * host; 202 means that it is stored.
 */
@RestController
@RequestMapping("/api/v1/jails")
public class JailResource {

    private final Jails jails;
    private final JailActions actions;
    private final JailBodies bodies;
    private final Policies policies;
    private final ChangeAnswer changes;

    JailResource(Jails jails, JailActions actions, JailBodies bodies, Policies policies, ChangeAnswer changes) {
        this.jails = jails;
        this.actions = actions;
        this.bodies = bodies;
        this.policies = policies;
        this.changes = changes;
    }

    @Fails({
        RightMissing.class,
        CustomerSuspended.class,
        NoHostAvailable.class,
        JailAlreadyExists.class,
        PathHoldsFiles.class,
        AddressTaken.class,
        PoolsExhausted.class,
        PlanDoesNotFit.class,
        QuotaExceeded.class,
        HostFull.class
    })
    @Operation(
            operationId = "createJail",
            summary = "Create a jail",
            description =
                    "The addresses ['auto'] take the next free ones. A root path that holds files of a removed jail is rejected, unless they are of the same customer and at exactly that path: then the jail takes them over.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<JailDocument> define(
            Caller caller,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = JailRequest.class)))
                    @RequestBody
                    JsonNode body,
            @RequestParam Optional<String> wait)
            throws InterruptedException {
        Optional<Duration> longest = WaitParameter.parse("/wait", wait);
        NewJail wanted = bodies.newJail(body);
        JailView seen = longest.isEmpty() ? jails.define(caller, wanted) : jails.define(caller, wanted, longest.get());
        return ResponseEntity.created(URI.create("/api/v1/jails/" + seen.id()))
                .eTag(seen.tag())
                .body(JailDocument.of(caller, seen));
    }

    @Fails({JailNotFound.class})
    @Operation(operationId = "getJail", summary = "Get a jail")
    @GetMapping("/{id}")
    ResponseEntity<JailDocument> get(Caller caller, @PathVariable JailId id) {
        JailView jail = jails.find(caller, id);
        return ResponseEntity.ok().eTag(jail.tag()).body(JailDocument.of(caller, jail));
    }

    /**
     * Replaces the definition. If its path changes, {@code previousFiles} says whether the files move there or are deleted at the
     * next start.
     */
    @Fails({
        ConditionMissing.class,
        JailNotFound.class,
        JailAlreadyExists.class,
        PathHoldsFiles.class,
        AddressTaken.class,
        PoolsExhausted.class,
        QuotaExceeded.class,
        HostFull.class
    })
    @Operation(
            operationId = "replaceJail",
            summary = "Replace the definition of a jail",
            description =
                    "If its path changes, the jail's files move there at the next start, or are deleted with previousFiles=delete.")
    @ChangeResponses
    @PutMapping("/{id}")
    ResponseEntity<JailDocument> redefine(
            Caller caller,
            @PathVariable JailId id,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(ref = DefinitionDescription.REPLACEMENT)))
                    @RequestBody
                    JsonNode body,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch,
            @RequestParam(defaultValue = "move") String previousFiles,
            @RequestParam Optional<String> wait)
            throws InterruptedException {
        return change(
                caller,
                id,
                IfMatch.require(ifMatch),
                wait,
                previous(previousFiles),
                before -> bodies.replacement(body, before));
    }

    /** Changes a part of the definition (RFC 7396). {@code previousFiles} has the same meaning as in {@link #redefine}. */
    @Fails({
        JailNotFound.class,
        JailAlreadyExists.class,
        PathHoldsFiles.class,
        AddressTaken.class,
        PoolsExhausted.class,
        QuotaExceeded.class,
        HostFull.class
    })
    @Operation(
            operationId = "changeJail",
            summary = "Change the definition of a jail",
            description =
                    "A merge patch (RFC 7396). If its path changes, the jail's files move there at the next start, or are deleted with previousFiles=delete.")
    @ChangeResponses
    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", MediaType.APPLICATION_JSON_VALUE})
    ResponseEntity<JailDocument> change(
            Caller caller,
            @PathVariable JailId id,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = JailRequest.class)))
                    @RequestBody
                    JsonNode patch,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch,
            @RequestParam(defaultValue = "move") String previousFiles,
            @RequestParam Optional<String> wait)
            throws InterruptedException {
        return change(
                caller, id, IfMatch.of(ifMatch), wait, previous(previousFiles), before -> bodies.patch(patch, before));
    }

    private ResponseEntity<JailDocument> change(
            Caller caller,
            JailId id,
            IfMatch condition,
            Optional<String> wait,
            PreviousFiles previous,
            Function<JailView, JailRequest> request)
            throws InterruptedException {
        AtomicReference<JailView> changed = new AtomicReference<>();
        return changes.answer(
                id,
                wait,
                () -> jails.redefine(
                        caller,
                        id,
                        condition,
                        before -> {
                            changed.set(before);
                            return request.apply(before).draft();
                        },
                        previous),
                (seen, stored) -> JailDocument.changed(
                        caller, seen, policies.restart(changed.get().definition(), stored.definition())));
    }

    /** Stops the jail for good. */
    @Fails({JailNotFound.class, RightMissing.class, JailDiffersOnHost.class, GenerationConflict.class})
    @Operation(
            operationId = "removeJail",
            summary = "Retire a jail",
            description =
                    "Its host stops and removes it. With files=keep its files stay the customer's, and are listed at /api/v1/kept-files; with files=delete they and its log are deleted.")
    @ApiResponse(responseCode = "202", description = ChangeResponses.STORED, useReturnTypeSchema = true)
    @ApiResponse(responseCode = "204", description = "Removed by its host, within the time of wait", content = @Content)
    @DeleteMapping("/{id}")
    ResponseEntity<JailDocument> retire(
            Caller caller,
            @PathVariable JailId id,
            @RequestParam(defaultValue = "keep") String files,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch,
            @RequestParam Optional<String> wait)
            throws InterruptedException {
        Optional<Duration> longest = WaitParameter.parse("/wait", wait);
        FilesFate fate = fate(files);
        Optional<JailView> left;
        try (SettledWait settled = jails.settledWait(id)) {
            left = actions.retire(caller, id, fate, IfMatch.of(ifMatch));
            if (left.isPresent() && longest.isPresent()) {
                left = settled.await(left.get(), left.get().generation(), longest.get());
            }
        }
        return left.map(jail -> ResponseEntity.accepted().body(JailDocument.of(caller, jail)))
                .orElseGet(() -> ResponseEntity.noContent().build());
    }

    private static FilesFate fate(String files) {
        return switch (files) {
            case "keep" -> FilesFate.KEPT;
            case "delete" -> FilesFate.DELETED;
            default -> throw new InvalidRequest("/files", "must be 'keep' or 'delete'");
        };
    }

    private static PreviousFiles previous(String choice) {
        try {
            return PreviousFiles.parse(choice);
        } catch (InvalidValue e) {
            throw new InvalidRequest("/previousFiles", e.reason());
        }
    }
}

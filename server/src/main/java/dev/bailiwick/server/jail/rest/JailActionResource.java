package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.QuotaExceeded;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailAlreadyExists;
import dev.bailiwick.server.jail.intent.file.PathHoldsFiles;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.IfMatch;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Starts, stops, restarts and moves a jail. The answers are those of {@link JailResource}. */
@RestController
@RequestMapping("/api/v1/jails")
class JailActionResource {

    private final Jails jails;
    private final JailActions actions;
    private final ChangeAnswer changes;

    JailActionResource(Jails jails, JailActions actions, ChangeAnswer changes) {
        this.jails = jails;
        this.actions = actions;
        this.changes = changes;
    }

    /** @param customer the new owner */
    record MoveRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            CustomerId customer) {}

    /** Moves the jail to another customer, with its files on its host. Its processes continue to run. */
    @Fails({JailAlreadyExists.class, PathHoldsFiles.class, QuotaExceeded.class})
    @Operation(
            operationId = "moveJail",
            summary = "Move a jail to another customer",
            description = "The jail continues to run, and its files on its host become that customer's.")
    @ChangeResponses
    @PostMapping("/{id}/move")
    ResponseEntity<JailDocument> move(
            Caller caller,
            @PathVariable JailId id,
            @RequestBody MoveRequest wanted,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch,
            @RequestParam Optional<String> wait)
            throws InterruptedException {
        jails.find(caller, id);
        CustomerId customer = wanted.customer();
        if (customer == null) {
            throw new InvalidRequest("/customer", "is required");
        }
        return changes.answer(caller, id, wait, () -> actions.move(caller, id, customer, IfMatch.of(ifMatch)));
    }

    @Operation(operationId = "startJail", summary = "Start a jail")
    @ChangeResponses
    @PostMapping("/{id}/start")
    ResponseEntity<JailDocument> start(
            Caller caller,
            @PathVariable JailId id,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch,
            @RequestParam Optional<String> wait)
            throws InterruptedException {
        return changes.answer(caller, id, wait, () -> actions.start(caller, id, IfMatch.of(ifMatch)));
    }

    @Operation(operationId = "stopJail", summary = "Stop a jail")
    @ChangeResponses
    @PostMapping("/{id}/stop")
    ResponseEntity<JailDocument> stop(
            Caller caller,
            @PathVariable JailId id,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch,
            @RequestParam Optional<String> wait)
            throws InterruptedException {
        return changes.answer(caller, id, wait, () -> actions.stop(caller, id, IfMatch.of(ifMatch)));
    }

    @Operation(operationId = "restartJail", summary = "Restart a jail")
    @ChangeResponses
    @PostMapping("/{id}/restart")
    ResponseEntity<JailDocument> restart(
            Caller caller,
            @PathVariable JailId id,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch,
            @RequestParam Optional<String> wait)
            throws InterruptedException {
        return changes.answer(caller, id, wait, () -> actions.restart(caller, id, IfMatch.of(ifMatch)));
    }
}

package dev.bailiwick.server.denial;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import java.time.Instant;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The blocked calls of a jail. The list has one row for each call and answer, and so needs no pagination. */
@RestController
@RequestMapping("/api/v1/jails/{id}/denials")
class DenialResource {

    private final Denials denials;

    DenialResource(Denials denials) {
        this.denials = denials;
    }

    /** @param since the beginning of the first hour that is included */
    record DenialListDocument(Instant since, List<DeniedCalls.DeniedCall> items) {}

    /** @param hours how many hours to include, with the current one; 1 to 720 */
    @Fails({JailNotFound.class})
    @Operation(operationId = "listDenials", summary = "List the blocked calls of a jail")
    @GetMapping
    DenialListDocument list(Caller caller, @PathVariable JailId id, @RequestParam(defaultValue = "24") int hours) {
        if (hours < 1 || hours > Denials.KEPT.toHours()) {
            throw new InvalidRequest("/hours", "must be 1 to " + Denials.KEPT.toHours());
        }
        DeniedCalls denied = denials.of(caller, id, hours);
        return new DenialListDocument(denied.since(), denied.calls());
    }
}

package dev.bailiwick.server.jail.history;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The API for the events of a jail. */
@RestController
@RequestMapping("/api/v1/jails/{id}/events")
class JailEventResource {

    private final JailHistory history;

    JailEventResource(JailHistory history) {
        this.history = history;
    }

    /** @param items the latest first */
    record JailEventListDocument(List<EventDocument> items) {}

    @Fails({JailNotFound.class})
    @Operation(operationId = "listJailEvents", summary = "List the latest events of a jail")
    @GetMapping
    JailEventListDocument list(Caller caller, @PathVariable JailId id) {
        return new JailEventListDocument(history.of(caller, id).stream()
                .map(event -> EventDocument.of(event, caller.seesInstallation()))
                .toList());
    }
}

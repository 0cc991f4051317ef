package dev.bailiwick.server.jail.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.PageLink;
import dev.bailiwick.server.audit.AuditEvent;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.view.JailCount;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.LabelFilter;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The API for removed jails and their events. A jail can be found here for 90 days after its removal. */
@RestController
@RequestMapping("/api/v1/removed-jails")
class RemovedJailResource {

    private static final int MAX_PAGE = 1000;

    private final RemovedJails removed;

    RemovedJailResource(RemovedJails removed) {
        this.removed = removed;
    }

    /**
     * A removed jail as the API shows it.
     *
     * @param path shown to operators only
     * @param files {@code kept} or {@code deleted}
     * @param removedAt when the host reported it removed
     * @param keptUntil the end of the time in which it can be found here
     * @param history the events of the jail, the latest first; absent in a list
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RemovedJailDocument(
            String id,
            String name,
            String customer,
            String host,
            String hostname,
            List<String> ip,
            @Nullable String path,
            @Nullable String externalId,
            Map<String, String> labels,
            long generation,
            String files,
            Instant createdAt,
            Instant retiredAt,
            Instant removedAt,
            Instant keptUntil,
            @Nullable List<EventDocument> history) {

        static RemovedJailDocument of(Caller caller, RemovedJail jail, @Nullable List<AuditEvent> history) {
            boolean operator = caller.seesInstallation();
            return new RemovedJailDocument(
                    jail.id().toString(),
                    jail.name(),
                    jail.customer().toString(),
                    jail.host().toString(),
                    jail.hostname(),
                    jail.addresses(),
                    operator ? jail.path() : null,
                    jail.externalId().orElse(null),
                    jail.labels().all(),
                    jail.generation(),
                    jail.filesKept() ? "kept" : "deleted",
                    jail.createdAt(),
                    jail.retiredAt(),
                    jail.removedAt(),
                    jail.removedAt().plus(RemovedJails.KEPT),
                    history == null
                            ? null
                            : history.stream()
                                    .map(event -> EventDocument.of(event, operator))
                                    .toList());
        }
    }

    /** @param total the number of jails in the whole list; absent unless requested */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RemovedJailListDocument(
            List<RemovedJailDocument> items, @Nullable JailCount total) {}

    @Operation(operationId = "listRemovedJails", summary = "List removed jails")
    @Parameter(
            in = ParameterIn.QUERY,
            name = "label",
            description = LabelFilter.DESCRIPTION,
            array = @ArraySchema(schema = @Schema(type = "string")))
    @GetMapping
    ResponseEntity<RemovedJailListDocument> list(
            Caller caller,
            @RequestParam Optional<HostId> host,
            @RequestParam Optional<CustomerId> customer,
            @RequestParam Optional<String> q,
            @Parameter(description = JailFilter.EXTERNAL_ID) @RequestParam Optional<String> externalId,
            @Parameter(hidden = true) @RequestParam MultiValueMap<String, String> query,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam Optional<JailId> cursor,
            @RequestParam(defaultValue = "false") boolean total) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new InvalidRequest("/limit", "must be 1 to " + MAX_PAGE);
        }
        JailFilter filter = new JailFilter(host, customer, Optional.empty(), q, LabelFilter.of(query), externalId);
        RemovedPage page = removed.list(caller, filter, cursor, limit);
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok();
        page.next().ifPresent(start -> answer.header(HttpHeaders.LINK, PageLink.of(start, "next")));
        page.previous().ifPresent(start -> answer.header(HttpHeaders.LINK, PageLink.of(start, "prev")));
        return answer.body(new RemovedJailListDocument(
                page.jails().stream()
                        .map(jail -> RemovedJailDocument.of(caller, jail, null))
                        .toList(),
                total ? removed.count(caller, filter) : null));
    }

    @Fails({JailNotFound.class})
    @Operation(operationId = "getRemovedJail", summary = "Get a removed jail")
    @GetMapping("/{id}")
    RemovedJailDocument get(Caller caller, @PathVariable JailId id) {
        RemovedJail jail = removed.find(caller, id).orElseThrow(() -> new JailNotFound(id));
        return RemovedJailDocument.of(caller, jail, removed.history(caller, jail));
    }
}

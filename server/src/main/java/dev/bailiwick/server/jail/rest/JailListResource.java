package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.PageLink;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailCount;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailPage;
import dev.bailiwick.server.jail.view.LabelFilter;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The list of jails in the API. */
@RestController
@RequestMapping("/api/v1/jails")
class JailListResource {

    private static final int MAX_PAGE = 500;

    private final Jails jails;

    JailListResource(Jails jails) {
        this.jails = jails;
    }

    /** @param total the number of jails in the whole list; null unless the request asks for it */
    record JailListDocument(
            List<JailDocument> items, @Nullable JailCount total) {}

    @Operation(operationId = "listJails", summary = "List jails")
    @Parameter(
            in = ParameterIn.QUERY,
            name = "label",
            description = LabelFilter.DESCRIPTION,
            array = @ArraySchema(schema = @Schema(type = "string")))
    @GetMapping
    ResponseEntity<JailListDocument> list(
            Caller caller,
            @RequestParam Optional<HostId> host,
            @RequestParam Optional<CustomerId> customer,
            @RequestParam Optional<String> phase,
            @RequestParam Optional<String> q,
            @Parameter(description = JailFilter.EXTERNAL_ID) @RequestParam Optional<String> externalId,
            @Parameter(hidden = true) @RequestParam MultiValueMap<String, String> query,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam Optional<JailId> cursor,
            @RequestParam(defaultValue = "-created") String sort,
            @RequestParam(defaultValue = "false") boolean total) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new InvalidRequest("/limit", "must be 1 to " + MAX_PAGE);
        }
        phase.ifPresent(JailListResource::checkPhase);
        JailFilter filter = new JailFilter(host, customer, phase, q, LabelFilter.of(query), externalId);
        JailPage page = jails.list(caller, filter, JailOrder.parse(sort), cursor, limit);
        // One header for each link: some clients can read only one link in a header.
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok();
        page.next().ifPresent(start -> answer.header(HttpHeaders.LINK, PageLink.of(start, "next")));
        page.previous().ifPresent(start -> answer.header(HttpHeaders.LINK, PageLink.of(start, "prev")));
        return answer.body(new JailListDocument(
                page.jails().stream().map(jail -> JailDocument.of(caller, jail)).toList(),
                total ? jails.count(caller, filter) : null));
    }

    private static void checkPhase(String phase) {
        List<String> phases = JailFilter.phases();
        if (!phases.contains(phase)) {
            throw new InvalidRequest("/phase", "must be one of " + String.join(", ", phases));
        }
    }
}

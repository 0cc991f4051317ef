package dev.bailiwick.server.host.rest;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.PageLink;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.host.Backlog;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostCount;
import dev.bailiwick.server.host.HostFields;
import dev.bailiwick.server.host.HostFilter;
import dev.bailiwick.server.host.HostHasJails;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.HostNameTaken;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.HostOrder;
import dev.bailiwick.server.host.HostPage;
import dev.bailiwick.server.host.HostState;
import dev.bailiwick.server.host.HostVersionConflict;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.Overcommit;
import dev.bailiwick.server.host.certificate.JoinTokens;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.ConditionMissing;
import dev.bailiwick.server.request.EntityTag;
import dev.bailiwick.server.request.IfMatch;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
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
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Hosts, for operators. */
@RestController
@RequestMapping("/api/v1/hosts")
class HostResource {

    private static final int MAX_PAGE = 500;
    private static final Set<String> CHANGEABLE = Set.of("name", "memoryOvercommit", "cpuOvercommit");

    private final Hosts hosts;
    private final JoinTokens joinTokens;
    private final Usages usages;

    HostResource(Hosts hosts, JoinTokens joinTokens, Usages usages) {
        this.hosts = hosts;
        this.joinTokens = joinTokens;
        this.usages = usages;
    }

    /** A request for a host. */
    record HostRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String name,

            @Nullable BigDecimal memoryOvercommit,
            @Nullable BigDecimal cpuOvercommit) {

        Overcommit overcommit() {
            return new Overcommit(memoryOvercommit, cpuOvercommit);
        }
    }

    /** @param total the number of hosts in the whole list; only if it was requested */
    record HostListDocument(
            List<HostDocument> items, @Nullable HostCount total) {}

    record JoinTokenDocument(String joinToken) {}

    /** Creates a host and returns it with a token, with which one machine can join as this host. */
    @Fails({HostNameTaken.class})
    @Operation(
            operationId = "createHost",
            summary = "Create a host, with a token to join",
            description = "The token works once and is shown only in this answer.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<HostDocument> define(Caller caller, @RequestBody HostRequest wanted) {
        Overcommit overcommit = wanted.overcommit();
        Host defined = hosts.define(caller, name(wanted.name()));
        Host host = hosts.change(
                caller,
                defined.id(),
                IfMatch.of(Optional.empty()),
                fields -> new HostFields(fields.name(), overcommit));
        return ResponseEntity.created(URI.create("/api/v1/hosts/" + host.id()))
                .cacheControl(CacheControl.noStore())
                .body(HostDocument.made(host, joinTokens.issue(host.id())));
    }

    /** Creates another token for a host, if the first was lost or the machine is a new one. */
    @Fails({HostNotFound.class})
    @Operation(
            operationId = "createJoinToken",
            summary = "Create another join token for a host",
            description = "The previous token stops working.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping("/{id}/join-token")
    ResponseEntity<JoinTokenDocument> issue(Caller caller, @PathVariable HostId id) {
        caller.require(Scope.HOSTS_WRITE);
        Host host = hosts.find(id).orElseThrow(() -> new HostNotFound(id));
        return ResponseEntity.status(HttpStatus.CREATED)
                .cacheControl(CacheControl.noStore())
                .body(new JoinTokenDocument(joinTokens.issue(host.id())));
    }

    /**
     * Lists hosts, by name unless another order is given.
     *
     * @param q part of the name, or the beginning of the id
     * @param cursor the first host of the page, from a link
     */
    @Operation(
            operationId = "listHosts",
            summary = "List hosts",
            description =
                    "'diverged' is true if a host has changes that the database has lost. 'undecided' is the number of jails that differ from the server's definition until an operator decides. 'idRanges' is the number of user id ranges that the host has, uses, and holds for kept files.")
    @GetMapping
    ResponseEntity<HostListDocument> list(
            Caller caller,
            @RequestParam Optional<String> state,
            @RequestParam Optional<String> q,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam Optional<HostId> cursor,
            @RequestParam(defaultValue = "name") String sort,
            @RequestParam(defaultValue = "false") boolean total) {
        caller.require(Scope.HOSTS_READ);
        if (limit < 1 || limit > MAX_PAGE) {
            throw new InvalidRequest("/limit", "must be 1 to " + MAX_PAGE);
        }
        HostFilter filter = new HostFilter(state.map(HostResource::state), q);
        HostPage page = hosts.list(filter, HostOrder.parse(sort), cursor, limit);
        List<HostId> ids = page.hosts().stream().map(Host::id).toList();
        Map<HostId, Backlog> backlogs = hosts.backlogs(ids);
        Map<HostId, Long> kept = hosts.keptRanges(ids);
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok();
        page.next().ifPresent(start -> answer.header(HttpHeaders.LINK, PageLink.of(start, "next")));
        page.previous().ifPresent(start -> answer.header(HttpHeaders.LINK, PageLink.of(start, "prev")));
        return answer.body(new HostListDocument(
                page.hosts().stream()
                        .map(host -> HostDocument.of(
                                host,
                                backlogs.getOrDefault(host.id(), Backlog.EMPTY),
                                kept.getOrDefault(host.id(), 0L)))
                        .toList(),
                total ? hosts.count(filter) : null));
    }

    private static HostState state(String text) {
        return Stream.of(HostState.values())
                .filter(state -> state.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidRequest("/state", "must be connected, disconnected or waiting"));
    }

    @Fails({HostNotFound.class})
    @Operation(operationId = "getHost", summary = "Get a host")
    @GetMapping("/{id}")
    ResponseEntity<HostDocument> get(Caller caller, @PathVariable HostId id) {
        caller.require(Scope.HOSTS_READ);
        return found(hosts.find(id).orElseThrow(() -> new HostNotFound(id)));
    }

    /** Replaces the fields of a host that operators can change: its name and its overcommit. */
    @Fails({ConditionMissing.class, HostNotFound.class, HostNameTaken.class, HostVersionConflict.class})
    @Operation(operationId = "replaceHost", summary = "Replace the name and the overcommit of a host")
    @PutMapping("/{id}")
    ResponseEntity<HostDocument> redefine(
            Caller caller,
            @PathVariable HostId id,
            @RequestBody HostRequest wanted,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch) {
        HostFields fields = new HostFields(name(wanted.name()), wanted.overcommit());
        return found(hosts.change(caller, id, IfMatch.require(ifMatch), _ -> fields));
    }

    /** Changes the fields in the body (RFC 7396). */
    @Fails({HostNotFound.class, HostNameTaken.class, HostVersionConflict.class})
    @Operation(
            operationId = "changeHost",
            summary = "Change the name or the overcommit of a host",
            description =
                    "A merge patch (RFC 7396). The limits of the jails of a host add up to at most 'memoryOvercommit' times its memory, and 'cpuOvercommit' times its CPUs; null for no bound. What jails have already stays theirs.")
    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", MediaType.APPLICATION_JSON_VALUE})
    ResponseEntity<HostDocument> change(
            Caller caller,
            @PathVariable HostId id,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = HostRequest.class)))
                    @RequestBody
                    Map<String, @Nullable Object> patch,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch) {
        patch.keySet().stream()
                .filter(field -> !CHANGEABLE.contains(field))
                .findFirst()
                .ifPresent(field -> {
                    throw new InvalidRequest("/" + field, "is not a field that can be changed");
                });
        return found(hosts.change(caller, id, IfMatch.of(ifMatch), fields -> merge(fields, patch)));
    }

    private static HostFields merge(HostFields known, Map<String, @Nullable Object> patch) {
        HostName name =
                patch.containsKey("name") ? name(patch.get("name") instanceof String text ? text : null) : known.name();
        return new HostFields(
                name,
                new Overcommit(
                        factor("memoryOvercommit", known.overcommit().memory(), patch),
                        factor("cpuOvercommit", known.overcommit().cpu(), patch)));
    }

    private static @Nullable BigDecimal factor(
            String field, @Nullable BigDecimal known, Map<String, @Nullable Object> patch) {
        if (!patch.containsKey(field)) {
            return known;
        }
        return switch (patch.get(field)) {
            case null -> null;
            case Integer whole -> BigDecimal.valueOf(whole);
            case Double number -> BigDecimal.valueOf(number);
            default ->
                throw new InvalidRequest("/" + field, "must be a number of 0.01 to 1000, with at most two decimals");
        };
    }

    private ResponseEntity<HostDocument> found(Host host) {
        long kept = hosts.keptRanges(List.of(host.id())).getOrDefault(host.id(), 0L);
        HostDocument document = HostDocument.of(host, hosts.backlog(host.id()), kept, usages.of(host.id(), List.of()));
        return ResponseEntity.ok().eTag(EntityTag.of(host.version(), document)).body(document);
    }

    @Fails({HostNotFound.class, HostHasJails.class})
    @Operation(operationId = "retireHost", summary = "Retire a host", description = "Rejected while it has jails.")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void retire(Caller caller, @PathVariable HostId id) {
        hosts.retire(caller, id);
    }

    private static HostName name(@Nullable String name) {
        if (name == null) {
            throw new InvalidRequest("/name", "is required");
        }
        try {
            return new HostName(name);
        } catch (InvalidValue e) {
            throw new InvalidRequest("/name", e.reason());
        }
    }
}

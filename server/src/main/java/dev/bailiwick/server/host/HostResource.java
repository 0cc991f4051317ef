package dev.bailiwick.server.host;

import dev.bailiwick.jail.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.problem.EntityTag;
import dev.bailiwick.server.problem.IfMatch;
import dev.bailiwick.server.problem.InvalidRequest;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private static final int LONGEST_PAGE = 500;

    private final Hosts hosts;
    private final JoinTokens joinTokens;

    HostResource(Hosts hosts, JoinTokens joinTokens) {
        this.hosts = hosts;
        this.joinTokens = joinTokens;
    }

    /** A host as it is asked for. */
    record Wanted(@Nullable String name) {}

    record Hosting(List<HostDocument> items) {}

    record Issued(String joinToken) {}

    /** Answers with the token that one machine can spend to become this host. */
    @PostMapping
    ResponseEntity<HostDocument> define(Caller caller, @RequestBody Wanted wanted) {
        Host host = hosts.define(caller, name(wanted));
        return ResponseEntity.created(URI.create("/api/v1/hosts/" + host.id()))
                .cacheControl(CacheControl.noStore())
                .body(HostDocument.made(host, joinTokens.issue(host.id())));
    }

    /** Another token for a host, when the first was lost or the machine is a new one. */
    @PostMapping("/{id}/join-token")
    ResponseEntity<Issued> issue(Caller caller, @PathVariable HostId id) {
        caller.require(Scope.HOSTS_WRITE);
        Host host = hosts.find(id).orElseThrow(() -> new HostNotFound(id));
        return ResponseEntity.status(HttpStatus.CREATED)
                .cacheControl(CacheControl.noStore())
                .body(new Issued(joinTokens.issue(host.id())));
    }

    @GetMapping
    ResponseEntity<Hosting> list(
            Caller caller, @RequestParam(defaultValue = "100") int limit, @RequestParam Optional<String> cursor) {
        caller.require(Scope.HOSTS_READ);
        if (limit < 1 || limit > LONGEST_PAGE) {
            throw new InvalidRequest("/limit", "must be 1 to " + LONGEST_PAGE);
        }
        Map<HostId, Queue> queues = hosts.queues();
        Map<HostId, Long> kept = hosts.keptRanges();
        List<HostDocument> found = hosts.list(cursor.map(HostName::new), limit + 1).stream()
                .map(host -> HostDocument.of(
                        host, queues.getOrDefault(host.id(), Queue.EMPTY), kept.getOrDefault(host.id(), 0L)))
                .toList();
        if (found.size() <= limit) {
            return ResponseEntity.ok(new Hosting(found));
        }
        List<HostDocument> page = found.subList(0, limit);
        String next =
                "/api/v1/hosts?limit=" + limit + "&cursor=" + page.getLast().name();
        return ResponseEntity.ok()
                .header(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"")
                .body(new Hosting(page));
    }

    @GetMapping("/{id}")
    ResponseEntity<HostDocument> get(Caller caller, @PathVariable HostId id) {
        caller.require(Scope.HOSTS_READ);
        return found(hosts.find(id).orElseThrow(() -> new HostNotFound(id)));
    }

    /** Replaces what an operator says of a host, which is its name. */
    @PutMapping("/{id}")
    ResponseEntity<HostDocument> redefine(
            Caller caller,
            @PathVariable HostId id,
            @RequestBody Wanted wanted,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch) {
        return found(hosts.rename(caller, id, name(wanted), IfMatch.required(ifMatch)));
    }

    /** Changes what of it the body names (RFC 7396). */
    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", MediaType.APPLICATION_JSON_VALUE})
    ResponseEntity<HostDocument> change(
            Caller caller,
            @PathVariable HostId id,
            @RequestBody Map<String, @Nullable Object> patch,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch) {
        IfMatch condition = IfMatch.of(ifMatch);
        patch.keySet().stream()
                .filter(field -> !field.equals("name"))
                .findFirst()
                .ifPresent(field -> {
                    throw new InvalidRequest("/" + field, "is not a field that can be changed");
                });
        HostName name = patch.containsKey("name")
                ? name(new Wanted(patch.get("name") instanceof String text ? text : null))
                : hosts.find(id).orElseThrow(() -> new HostNotFound(id)).name();
        return found(hosts.rename(caller, id, name, condition));
    }

    private ResponseEntity<HostDocument> found(Host host) {
        HostDocument document =
                HostDocument.of(host, hosts.queue(host.id()), hosts.keptRanges().getOrDefault(host.id(), 0L));
        return ResponseEntity.ok().eTag(EntityTag.of(host.version(), document)).body(document);
    }

    /** Refused while the host has jails. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void retire(Caller caller, @PathVariable HostId id) {
        hosts.retire(caller, id);
    }

    private static HostName name(Wanted wanted) {
        if (wanted.name() == null) {
            throw new InvalidRequest("/name", "is required");
        }
        try {
            return new HostName(wanted.name());
        } catch (InvalidValue e) {
            throw new InvalidRequest("/name", e.reason());
        }
    }
}

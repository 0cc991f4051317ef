package dev.bailiwick.server.network;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Address pools, for operators. There are few pools, so lists have no pages. */
@RestController
@RequestMapping("/api/v1/pools")
class PoolResource {

    private final Pools pools;

    PoolResource(Pools pools) {
        this.pools = pools;
    }

    /** A request for a new pool. */
    record PoolRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String range,

            @Nullable String host,
            @Nullable String description) {}

    /** A pool as the API shows it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record PoolDocument(
            String id, String range, @Nullable String host, String description, long taken, Instant createdAt) {

        static PoolDocument of(AddressPool pool) {
            return new PoolDocument(
                    pool.id().toString(),
                    pool.range().toString(),
                    pool.host().map(HostId::toString).orElse(null),
                    pool.description(),
                    pool.taken(),
                    pool.createdAt());
        }
    }

    record PoolListDocument(List<PoolDocument> items) {}

    @Fails({PoolOverlaps.class})
    @Operation(operationId = "createPool", summary = "Create an address pool")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<PoolDocument> define(Caller caller, @RequestBody PoolRequest wanted) {
        if (wanted.range() == null) {
            throw new InvalidRequest("/range", "is required");
        }
        AddressPool pool = pools.define(
                caller,
                read("/range", wanted.range(), AddressRange::parse),
                Optional.ofNullable(wanted.host()).map(host -> read("/host", host, HostId::parse)),
                wanted.description() == null ? "" : wanted.description());
        return ResponseEntity.created(URI.create("/api/v1/pools/" + pool.id())).body(PoolDocument.of(pool));
    }

    @Operation(operationId = "listPools", summary = "List address pools")
    @GetMapping
    PoolListDocument list(Caller caller) {
        return new PoolListDocument(
                pools.list(caller).stream().map(PoolDocument::of).toList());
    }

    @Fails({PoolNotFound.class})
    @Operation(operationId = "getPool", summary = "Get an address pool")
    @GetMapping("/{id}")
    PoolDocument get(Caller caller, @PathVariable PoolId id) {
        return PoolDocument.of(pools.find(caller, id));
    }

    @Fails({PoolNotFound.class, PoolInUse.class})
    @Operation(
            operationId = "deletePool",
            summary = "Delete an address pool",
            description = "Rejected while jails have addresses from it.")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Caller caller, @PathVariable PoolId id) {
        pools.remove(caller, id);
    }

    private static <T> T read(String pointer, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (InvalidValue e) {
            throw new InvalidRequest(pointer, e.reason());
        }
    }
}

package dev.bailiwick.server.network;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.network.Pools.PoolFields;
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
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
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

    private static final String EGRESS =
            "What jails with these addresses reach beyond their host: routed, from their own addresses, and the networks there reach the jails; masquerade, from an address of the host, and only replies come back; closed, nothing.";

    private static final String MAIL =
            "Whether jails with these addresses reach port 25 (SMTP) beyond their host by TCP, if they reach anything there.";

    private static final String QUARANTINE =
            "How many hours an address rests after a jail has released it, 0 to 8760: it is not chosen, and only the customer who had it can have it by name.";

    private final Pools pools;

    PoolResource(Pools pools) {
        this.pools = pools;
    }

    /** A request for a new pool. */
    record PoolRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String range,

            @Nullable String host,

            @Schema(
                    description = EGRESS + " By default closed.",
                    allowableValues = {"routed", "masquerade", "closed"})
            @Nullable
            String egress,

            @Schema(description = MAIL + " By default false.") @Nullable
            Boolean outgoingMail,

            @Schema(description = QUARANTINE + " By default 24.") @Nullable
            Integer quarantine,

            @Nullable String description) {}

    /** What can be changed of a pool. */
    record PoolChange(
            @Schema(
                    description = EGRESS,
                    allowableValues = {"routed", "masquerade", "closed"})
            @Nullable
            String egress,

            @Schema(description = MAIL) @Nullable Boolean outgoingMail,

            @Schema(description = QUARANTINE + " A change also counts for addresses that rest already.") @Nullable
            Integer quarantine,

            @Nullable String description) {

        PoolFields change(PoolFields known) {
            return new PoolFields(
                    changed(known.egress(), egress, outgoingMail),
                    description == null ? known.description() : description,
                    quarantine == null ? known.quarantine() : quarantine);
        }
    }

    /** A pool as the API shows it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record PoolDocument(
            String id,
            String range,
            @Nullable String host,

            @Schema(
                    description = EGRESS,
                    allowableValues = {"routed", "masquerade", "closed"})
            String egress,

            @Schema(description = MAIL) boolean outgoingMail,
            @Schema(description = QUARANTINE) int quarantine,
            String description,
            long taken,

            @Schema(description = "How many of its addresses rest.")
            long resting,

            Instant createdAt) {

        static PoolDocument of(AddressPool pool) {
            return new PoolDocument(
                    pool.id().toString(),
                    pool.range().toString(),
                    pool.host().map(HostId::toString).orElse(null),
                    pool.egress().way().toString(),
                    pool.egress().outgoingMail(),
                    pool.quarantine(),
                    pool.description(),
                    pool.taken(),
                    pool.resting(),
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
                new PoolFields(
                        changed(Egress.CLOSED, wanted.egress(), wanted.outgoingMail()),
                        wanted.description() == null ? "" : wanted.description(),
                        wanted.quarantine() == null ? Pools.DEFAULT_QUARANTINE : wanted.quarantine()));
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

    @Fails({PoolNotFound.class})
    @Operation(
            operationId = "changePool",
            summary = "Change an address pool",
            description =
                    "Fields that are absent or null stay. Hosts apply the change to running jails: connections that it closes end. Name servers beyond the host that jails can reach only now are in their resolv.conf from their next start.")
    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", MediaType.APPLICATION_JSON_VALUE})
    PoolDocument change(Caller caller, @PathVariable PoolId id, @RequestBody PoolChange patch) {
        return PoolDocument.of(pools.change(caller, id, patch::change));
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

    private static Egress changed(Egress known, @Nullable String way, @Nullable Boolean outgoingMail) {
        return new Egress(
                way == null ? known.way() : read("/egress", way, Egress.Way::parse),
                outgoingMail == null ? known.outgoingMail() : outgoingMail);
    }

    private static <T> T read(String pointer, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (InvalidValue e) {
            throw new InvalidRequest(pointer, e.reason());
        }
    }
}

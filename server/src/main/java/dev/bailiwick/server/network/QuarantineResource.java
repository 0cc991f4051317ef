package dev.bailiwick.server.network;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.network.Quarantine.RestingAddress;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The addresses of a pool that rest, for operators. */
@RestController
@RequestMapping("/api/v1/pools")
class QuarantineResource {

    private static final int MAX_FREED = 500;

    private final Quarantine quarantine;

    QuarantineResource(Quarantine quarantine) {
        this.quarantine = quarantine;
    }

    /**
     * An address that rests.
     *
     * @param jail the last jail that had it
     * @param customer whose jail it was; missing if only its host knew the jail
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RestingDocument(
            String address,
            String jail,
            String jailName,
            @Nullable String customer,
            Instant releasedAt,

            @Schema(description = "When any jail can have the address, unless somebody frees it earlier.")
            Instant until) {

        static RestingDocument of(RestingAddress address) {
            return new RestingDocument(
                    address.address().toString(),
                    address.jail().toString(),
                    address.jailName(),
                    address.customer().map(CustomerId::toString).orElse(null),
                    address.releasedAt(),
                    address.until());
        }
    }

    @Fails({PoolNotFound.class})
    @Operation(
            operationId = "listRestingAddresses",
            summary = "List addresses of a pool that rest",
            description =
                    "In ascending order. They are not chosen for jails; only the customer who had one can have it by name.")
    @GetMapping("/{id}/resting")
    ResponseEntity<ListDocument<RestingDocument>> list(
            Caller caller,
            @PathVariable PoolId id,
            @Parameter(description = "How many addresses, 1 to 500") @RequestParam(defaultValue = "100") int limit,
            @Parameter(description = "The address after which the page begins, from a link") @RequestParam
                    Optional<String> cursor) {
        caller.require(Scope.POOLS_READ);
        List<RestingAddress> oneMore = quarantine.list(
                caller, id, ListDocument.start(cursor, IpAddress::parse), ListDocument.requireLimit(limit) + 1);
        return ListDocument.of(
                oneMore, limit, RestingAddress::address, address -> Stream.of(RestingDocument.of(address)));
    }

    /** A request to end the rest of addresses. */
    record FreeRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, description = "1 to 500 addresses") @Nullable
            List<@Nullable String> addresses) {

        /** @throws InvalidRequest naming every invalid address */
        List<IpAddress> read() {
            if (addresses == null || addresses.isEmpty() || addresses.size() > MAX_FREED) {
                throw new InvalidRequest("/addresses", "must have 1 to " + MAX_FREED + " addresses");
            }
            List<IpAddress> read = new ArrayList<>();
            List<Violation> violations = new ArrayList<>();
            for (int i = 0; i < addresses.size(); i++) {
                String text = addresses.get(i);
                try {
                    read.add(IpAddress.parse(text == null ? "" : text));
                } catch (InvalidValue e) {
                    violations.add(new Violation("/addresses/" + i, e.reason()));
                }
            }
            if (!violations.isEmpty()) {
                throw new InvalidRequest(violations);
            }
            return read;
        }
    }

    /** @param freed the addresses whose rest has ended */
    record FreedDocument(List<String> freed) {}

    @Fails({PoolNotFound.class})
    @Operation(
            operationId = "freeRestingAddresses",
            summary = "End the rest of addresses",
            description = "Any jail can have them now. Addresses that do not rest in this pool are passed over.")
    @PostMapping("/{id}/resting:free")
    FreedDocument free(Caller caller, @PathVariable PoolId id, @RequestBody FreeRequest wanted) {
        caller.require(Scope.POOLS_WRITE);
        return new FreedDocument(quarantine.free(caller, id, wanted.read()).stream()
                .map(IpAddress::toString)
                .toList());
    }
}

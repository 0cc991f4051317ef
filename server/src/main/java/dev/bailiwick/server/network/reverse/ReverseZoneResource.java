package dev.bailiwick.server.network.reverse;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.network.PoolId;
import dev.bailiwick.server.network.PoolNotFound;
import dev.bailiwick.server.network.reverse.ReverseNames.NamedAddress;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The names of the addresses of a pool, for whoever serves its reverse zone. */
@RestController
@RequestMapping("/api/v1/pools/{id}")
class ReverseZoneResource {

    private final ReverseNames names;

    ReverseZoneResource(ReverseNames names) {
        this.names = names;
    }

    /** @param owner the name that DNS has for the address, with the dot at the end; likewise the name */
    record ReverseNameDocument(String address, String owner, String name) {

        static ReverseNameDocument of(NamedAddress named) {
            return new ReverseNameDocument(
                    named.address().toString(), ReverseName.ownerOf(named.address()), named.name() + ".");
        }
    }

    @Fails({PoolNotFound.class})
    @Operation(
            operationId = "listReverseNames",
            summary = "List the names to which addresses of a pool lead in DNS",
            description = "In ascending order of the addresses.")
    @GetMapping("/reverse-names")
    ResponseEntity<ListDocument<ReverseNameDocument>> list(
            Caller caller,
            @PathVariable PoolId id,
            @Parameter(description = "How many names, 1 to 500") @RequestParam(defaultValue = "100") int limit,
            @Parameter(description = "The address after which the page begins, from a link") @RequestParam
                    Optional<String> cursor) {
        caller.require(Scope.POOLS_READ);
        List<NamedAddress> oneMore = names.of(
                caller, id, ListDocument.start(cursor, IpAddress::parse), ListDocument.requireLimit(limit) + 1);
        return ListDocument.of(
                oneMore, limit, NamedAddress::address, named -> Stream.of(ReverseNameDocument.of(named)));
    }

    @Fails({PoolNotFound.class})
    @Operation(
            operationId = "getReverseZone",
            summary = "Get the records of the reverse zone of a pool",
            description =
                    "A line of a zone file (RFC 1035) for each address that has a name, with full names, so that they may be included in a file for any zone above them. A zone file also needs its own SOA and NS records.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content = @Content(mediaType = ReverseZone.TEXT, schema = @Schema(type = "string"))))
    @GetMapping("/reverse-zone")
    ResponseEntity<byte[]> zone(Caller caller, @PathVariable PoolId id) {
        caller.require(Scope.POOLS_READ);
        return ResponseEntity.ok()
                .contentType(ReverseZone.TYPE)
                .body(ReverseZone.of(names.of(caller, id, Optional.empty(), Integer.MAX_VALUE)));
    }
}

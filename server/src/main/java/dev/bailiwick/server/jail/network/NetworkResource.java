package dev.bailiwick.server.jail.network;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.CustomerRetired;
import dev.bailiwick.server.jail.network.CustomerNetworks.NetworkView;
import dev.bailiwick.server.network.member.CustomerNetwork;
import dev.bailiwick.server.network.member.NetworkId;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.time.Instant;
import java.util.List;
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

/** The networks of a customer, for staff and for the customer's owners. There are few, so the list has no pages. */
@RestController
@RequestMapping("/api/v1/customers/{customer}/networks")
class NetworkResource {

    private static final String CUSTOMER = "The id of the customer";
    private static final String NETWORK = "The id of the network";

    private final CustomerNetworks networks;

    NetworkResource(CustomerNetworks networks) {
        this.networks = networks;
    }

    record NetworkDocument(
            String id,
            String name,

            @Schema(description = "How many jails are members")
            int members,

            Instant createdAt) {

        static NetworkDocument of(CustomerNetwork network) {
            return new NetworkDocument(network.id().toString(), network.name(), network.members(), network.createdAt());
        }
    }

    record NetworkListDocument(List<NetworkDocument> items) {

        static NetworkListDocument of(List<CustomerNetwork> networks) {
            return new NetworkListDocument(
                    networks.stream().map(NetworkDocument::of).toList());
        }
    }

    /** @param jails the ids of the members, in the order of their names */
    record NetworkWithMembersDocument(
            @JsonUnwrapped NetworkDocument network,

            @Schema(description = "The ids of the jails that are members, in the order of their names")
            List<String> jails) {

        static NetworkWithMembersDocument of(NetworkView view) {
            return new NetworkWithMembersDocument(
                    NetworkDocument.of(view.network()),
                    view.members().stream()
                            .map(member -> member.jail().toString())
                            .toList());
        }
    }

    @Fails({CustomerNotFound.class, RightMissing.class})
    @Operation(operationId = "listNetworks", summary = "List the networks of a customer")
    @GetMapping
    NetworkListDocument list(Caller caller, @Parameter(description = CUSTOMER) @PathVariable CustomerId customer) {
        return NetworkListDocument.of(networks.list(caller, customer));
    }

    @Fails({CustomerNotFound.class, NetworkNotFound.class, RightMissing.class})
    @Operation(operationId = "getNetwork", summary = "Get a network with its members")
    @GetMapping("/{id}")
    NetworkWithMembersDocument get(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @Parameter(description = NETWORK) @PathVariable NetworkId id) {
        return NetworkWithMembersDocument.of(networks.get(caller, customer, id));
    }

    @Fails({
        CustomerNotFound.class,
        CustomerRetired.class,
        NetworkNameTaken.class,
        TooManyNetworks.class,
        RightMissing.class
    })
    @Operation(
            operationId = "createNetwork",
            summary = "Create a network",
            description =
                    "Without members. Its members reach each other, on all hosts, whatever the egress of their pools; they reach no other jails, unless they are in further networks. Jails of a customer that are in no network reach each other on the same host.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<NetworkWithMembersDocument> create(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @RequestBody NetworkRequest wanted) {
        networks.require(caller, customer);
        NetworkView created = networks.create(caller, customer, wanted.change());
        return ResponseEntity.created(URI.create("/api/v1/customers/" + customer + "/networks/"
                        + created.network().id()))
                .body(NetworkWithMembersDocument.of(created));
    }

    @Fails({CustomerNotFound.class, NetworkNotFound.class, NetworkNameTaken.class, RightMissing.class})
    @Operation(operationId = "renameNetwork", summary = "Rename a network")
    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", MediaType.APPLICATION_JSON_VALUE})
    NetworkWithMembersDocument rename(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @Parameter(description = NETWORK) @PathVariable NetworkId id,
            @RequestBody NetworkRequest wanted) {
        networks.require(caller, customer);
        return NetworkWithMembersDocument.of(networks.rename(caller, customer, id, wanted.change()));
    }

    @Fails({CustomerNotFound.class, NetworkNotFound.class, RightMissing.class})
    @Operation(
            operationId = "deleteNetwork",
            summary = "Delete a network",
            description =
                    "Connections between its members end, unless they are in another network together. Members that are in no other network reach the customer's jails on their host that are in none.")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @Parameter(description = NETWORK) @PathVariable NetworkId id) {
        networks.remove(caller, customer, id);
    }

    @Fails({CustomerNotFound.class, NetworkNotFound.class, TooManyNetworks.class, RightMissing.class})
    @Operation(
            operationId = "addNetworkJails",
            summary = "Make jails members of a network",
            description =
                    "All or none. Jails that are members already stay so. Hosts apply it at once, without a restart. Connections to jails that are in no network end.")
    @PostMapping("/{id}/jails")
    NetworkWithMembersDocument add(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @Parameter(description = NETWORK) @PathVariable NetworkId id,
            @RequestBody MembersRequest wanted) {
        networks.require(caller, customer);
        return NetworkWithMembersDocument.of(networks.add(caller, customer, id, wanted.change()));
    }

    @Fails({CustomerNotFound.class, NetworkNotFound.class, RightMissing.class})
    @Operation(
            operationId = "removeNetworkJail",
            summary = "End that a jail is a member of a network",
            description = "Does nothing if it is none. Its connections to members end.")
    @DeleteMapping("/{id}/jails/{jail}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void leave(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @Parameter(description = NETWORK) @PathVariable NetworkId id,
            @Parameter(description = "The id of the jail") @PathVariable JailId jail) {
        networks.leave(caller, customer, id, jail);
    }
}

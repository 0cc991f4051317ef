package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.host.Histories;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.jail.intent.JailAlreadyExists;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.network.AddressTaken;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * The API for the differences between a host and the server, for example after the database was restored. For
 * operators.
 */
@RestController
@RequestMapping("/api/v1/hosts/{host}")
class DifferenceResource {

    private final Differences differences;
    private final Histories histories;
    private final Hosts hosts;
    private final ShownDifferences shown;

    DifferenceResource(Differences differences, Histories histories, Hosts hosts, ShownDifferences shown) {
        this.differences = differences;
        this.histories = histories;
        this.hosts = hosts;
        this.shown = shown;
    }

    record DifferenceListDocument(List<DifferenceDocument> items) {}

    /** @param customer the owner of an adopted jail; absent for the owner that the host names */
    record DecisionRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String choice,

            @Nullable String customer) {}

    @Fails({HostNotFound.class})
    @Operation(
            operationId = "listDifferences",
            summary = "List the jails that differ between the host and the server",
            description = "The host keeps each of these jails unchanged until an operator decides about it.")
    @GetMapping("/differences")
    DifferenceListDocument list(Caller caller, @PathVariable HostId host) {
        caller.require(Scope.HOSTS_READ);
        var _ = hosts.find(host).orElseThrow(() -> new HostNotFound(host));
        return new DifferenceListDocument(shown.of(caller, host));
    }

    @Fails({
        HostNotFound.class,
        DifferenceNotFound.class,
        JailNotFound.class,
        CustomerSuspended.class,
        JailAlreadyExists.class,
        AddressTaken.class
    })
    @Operation(
            operationId = "decideDifference",
            summary = "Decide about a difference",
            description =
                    "'adopt': the server takes over the host's version, also what 'beyondPlan' names of it. 'restore': the host takes over the server's version."
                            + " 'remove': the jail stops, and its files are kept. 'keep': both versions stay as they are.")
    @PutMapping("/differences/{jail}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void decide(
            Caller caller, @PathVariable HostId host, @PathVariable JailId jail, @RequestBody DecisionRequest decided) {
        caller.require(Scope.HOSTS_WRITE);
        var _ = hosts.find(host).orElseThrow(() -> new HostNotFound(host));
        if (decided.choice == null) {
            throw new InvalidRequest("/choice", "is required");
        }
        Choice choice = Choice.of(decided.choice)
                .orElseThrow(() -> new InvalidRequest("/choice", "must be 'adopt', 'restore', 'remove' or 'keep'"));
        differences.decide(caller, host, jail, choice, customer(decided.customer));
    }

    private static Optional<CustomerId> customer(@Nullable String text) {
        try {
            return Optional.ofNullable(text).map(CustomerId::parse);
        } catch (InvalidValue e) {
            throw new InvalidRequest("/customer", e.reason());
        }
    }

    @Fails({HostNotFound.class, Histories.DifferencesOpen.class})
    @Operation(
            operationId = "closeDivergence",
            summary = "Close the notice that a host has data that the database has lost",
            description = "Rejected while a difference of the host waits for a decision.")
    @DeleteMapping("/divergence")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void close(Caller caller, @PathVariable HostId host) {
        caller.require(Scope.HOSTS_WRITE);
        var _ = hosts.find(host).orElseThrow(() -> new HostNotFound(host));
        histories.close(caller.actor(), host);
    }
}

package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.InvalidValue;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.host.Histories;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
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

/** What a host has that the server does not, as after a database was restored; for operators. */
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

    record Listed(List<DifferenceDocument> items) {}

    /** @param customer whose an adopted jail is to be; absent for the one that the host has it of */
    record Decided(@Nullable String choice, @Nullable String customer) {}

    @Operation(
            summary = "List the jails about which a host does not follow the server",
            description = "The host keeps each as it is until it is decided.")
    @GetMapping("/differences")
    Listed list(Caller caller, @PathVariable HostId host) {
        caller.require(Scope.HOSTS_READ);
        var _ = hosts.find(host).orElseThrow(() -> new HostNotFound(host));
        return new Listed(shown.of(caller, host));
    }

    @Operation(
            summary = "Decide about one of them",
            description =
                    "'adopt' has the server take over what the host has, 'restore' has the host take what the server has,"
                            + " 'remove' stops the jail and keeps its files, 'keep' leaves it as it is.")
    @PutMapping("/differences/{jail}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void decide(Caller caller, @PathVariable HostId host, @PathVariable JailId jail, @RequestBody Decided decided) {
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

    @Operation(
            summary = "Close the notice that a host has what the database has lost",
            description = "Rejected as long as one of its differences waits for a decision.")
    @DeleteMapping("/parted")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void close(Caller caller, @PathVariable HostId host) {
        caller.require(Scope.HOSTS_WRITE);
        var _ = hosts.find(host).orElseThrow(() -> new HostNotFound(host));
        histories.close(caller.actor(), host);
    }
}

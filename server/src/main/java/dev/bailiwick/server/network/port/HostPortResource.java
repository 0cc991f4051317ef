package dev.bailiwick.server.network.port;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The ports of a host that can lead to its jails, for operators. */
@RestController
@RequestMapping("/api/v1/hosts/{id}/ports")
class HostPortResource {

    private final HostPorts ports;

    HostPortResource(HostPorts ports) {
        this.ports = ports;
    }

    record PortRangeDocument(String address, int firstPort, int lastPort) {

        static PortRangeDocument of(PortRange range) {
            return new PortRangeDocument(range.address().toString(), range.firstPort(), range.lastPort());
        }
    }

    record PortRangeListDocument(List<PortRangeDocument> ranges) {

        static PortRangeListDocument of(List<PortRange> ranges) {
            return new PortRangeListDocument(
                    ranges.stream().map(PortRangeDocument::of).toList());
        }
    }

    record PortRangeRequest(
            @Schema(description = "An address of the host", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String address,

            @Schema(description = "1 to 65535", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            Integer firstPort,

            @Schema(description = "1 to 65535", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            Integer lastPort) {

        /** Returns empty if a field is wrong, which is added to the violations. */
        Optional<PortRange> range(String pointer, List<Violation> violations) {
            Optional<IpAddress> of = read(pointer + "/address", address, IpAddress::parse, violations);
            Optional<Integer> first = read(pointer + "/firstPort", firstPort, PublishedPort::requirePort, violations);
            Optional<Integer> last = read(pointer + "/lastPort", lastPort, PublishedPort::requirePort, violations);
            return of.flatMap(parsed -> first.flatMap(from ->
                    last.flatMap(to -> read(pointer, parsed, known -> new PortRange(known, from, to), violations))));
        }

        private static <G, T> Optional<T> read(
                String pointer, @Nullable G given, Function<G, T> reading, List<Violation> violations) {
            if (given == null) {
                violations.add(new Violation(pointer, "is required"));
                return Optional.empty();
            }
            try {
                return Optional.of(reading.apply(given));
            } catch (InvalidValue e) {
                violations.add(new Violation(pointer, e.reason()));
                return Optional.empty();
            }
        }
    }

    record PortRangeListRequest(
            @Schema(description = "At most 32", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            List<@Nullable PortRangeRequest> ranges) {

        /** @throws InvalidRequest naming each field that is wrong */
        List<PortRange> change() {
            if (ranges == null) {
                throw new InvalidRequest("/ranges", "is required");
            }
            List<PortRange> all = new ArrayList<>();
            List<Violation> violations = new ArrayList<>();
            for (int i = 0; i < ranges.size(); i++) {
                PortRangeRequest range = ranges.get(i);
                if (range == null) {
                    violations.add(new Violation("/ranges/" + i, "is required"));
                } else {
                    range.range("/ranges/" + i, violations).ifPresent(all::add);
                }
            }
            if (!violations.isEmpty()) {
                throw new InvalidRequest(violations);
            }
            return all;
        }
    }

    @Fails({HostNotFound.class})
    @Operation(operationId = "getHostPorts", summary = "List the ports of a host that can lead to its jails")
    @GetMapping
    PortRangeListDocument get(Caller caller, @PathVariable HostId id) {
        return PortRangeListDocument.of(ports.offered(caller, id));
    }

    @Fails({HostNotFound.class})
    @Operation(
            operationId = "replaceHostPorts",
            summary = "Replace the ports of a host that can lead to its jails",
            description =
                    "Packets from beyond the host to a published port no longer reach the host itself, so leave out the ports of its own services. Ports that are published already stay so.")
    @PutMapping
    PortRangeListDocument replace(Caller caller, @PathVariable HostId id, @RequestBody PortRangeListRequest wanted) {
        caller.require(Scope.HOSTS_WRITE);
        return PortRangeListDocument.of(ports.offer(caller, id, wanted.change()));
    }
}

package dev.bailiwick.server.network.port;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
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

        PortRange range(String pointer) {
            IpAddress of = read(pointer + "/address", address, () -> IpAddress.parse(String.valueOf(address)));
            int first = port(pointer + "/firstPort", firstPort);
            int last = port(pointer + "/lastPort", lastPort);
            return read(pointer, address, () -> new PortRange(of, first, last));
        }

        private static int port(String pointer, @Nullable Integer number) {
            return read(pointer, number, () -> PublishedPort.requirePort(number == null ? 0 : number));
        }

        private static <T> T read(String pointer, @Nullable Object given, Supplier<T> reading) {
            if (given == null) {
                throw new InvalidRequest(pointer, "is required");
            }
            try {
                return reading.get();
            } catch (InvalidValue e) {
                throw new InvalidRequest(pointer, e.reason());
            }
        }
    }

    record PortRangeListRequest(
            @Schema(description = "At most 32", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            List<@Nullable PortRangeRequest> ranges) {

        List<PortRange> change() {
            if (ranges == null) {
                throw new InvalidRequest("/ranges", "is required");
            }
            List<PortRange> all = new ArrayList<>();
            for (int i = 0; i < ranges.size(); i++) {
                PortRangeRequest range = ranges.get(i);
                if (range == null) {
                    throw new InvalidRequest("/ranges/" + i, "is required");
                }
                all.add(range.range("/ranges/" + i));
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

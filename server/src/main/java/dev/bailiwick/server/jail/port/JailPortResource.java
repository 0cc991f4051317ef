package dev.bailiwick.server.jail.port;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.port.JailPorts.PortsOfJail;
import dev.bailiwick.server.network.port.PortRange;
import dev.bailiwick.server.network.port.PortTaken;
import dev.bailiwick.server.network.port.Ports.JailPort;
import dev.bailiwick.server.plan.PlanDoesNotFit;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The ports of its host that lead to a jail. */
@RestController
@RequestMapping("/api/v1/jails/{id}/ports")
class JailPortResource {

    private final JailPorts ports;

    JailPortResource(JailPorts ports) {
        this.ports = ports;
    }

    /** @param target the port of the jail */
    record PortDocument(String protocol, String address, int port, int target) {

        static PortDocument of(JailPort port) {
            return new PortDocument(port.protocol().toString(), port.address().toString(), port.port(), port.target());
        }
    }

    record OfferedPortsDocument(String address, int firstPort, int lastPort) {

        static OfferedPortsDocument of(PortRange range) {
            return new OfferedPortsDocument(range.address().toString(), range.firstPort(), range.lastPort());
        }
    }

    /** @param offered the ports of the host that can lead to jails, whether they do or not */
    record PortListDocument(List<PortDocument> items, List<OfferedPortsDocument> offered) {

        static PortListDocument of(PortsOfJail all) {
            return new PortListDocument(
                    all.published().stream().map(PortDocument::of).toList(),
                    all.offered().stream().map(OfferedPortsDocument::of).toList());
        }
    }

    @Fails({JailNotFound.class})
    @Operation(operationId = "listPorts", summary = "List the ports of its host that lead to a jail")
    @GetMapping
    PortListDocument list(Caller caller, @PathVariable JailId id) {
        return PortListDocument.of(ports.of(caller, id));
    }

    @Fails({JailNotFound.class, JailRetired.class, RightMissing.class, PortTaken.class, PlanDoesNotFit.class})
    @Operation(
            operationId = "publishPorts",
            summary = "Lead ports of its host to a jail",
            description =
                    "The ports must be among those that the host offers. They lead to the jail's address of the same family, also if that changes, and whatever the egress of its pool, until they are withdrawn or the jail is removed. Jails do not reach them.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    PortListDocument publish(Caller caller, @PathVariable JailId id, @RequestBody PortRequest wanted) {
        ports.require(caller, id);
        return PortListDocument.of(ports.publish(caller, id, wanted.change(), wanted.number()));
    }

    @Fails({JailNotFound.class, RightMissing.class})
    @Operation(
            operationId = "withdrawPorts",
            summary = "End that ports of its host lead to a jail",
            description =
                    "Ports that do not lead to it are passed over. Connections through them end, except those of a jail whose pool is routed.")
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void withdraw(
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = "What arrives at the port: tcp or udp") @RequestParam Optional<String> protocol,
            @Parameter(description = "The address of the host") @RequestParam Optional<String> address,
            @Parameter(description = "The port of the host") @RequestParam Optional<Integer> port,
            @Parameter(description = "How many ports, from this one on") @RequestParam(defaultValue = "1") int count) {
        ports.require(caller, id);
        PortRequest named =
                new PortRequest(protocol.orElse(null), address.orElse(null), port.orElse(null), null, count);
        ports.withdraw(caller, id, named.change(), count);
    }
}

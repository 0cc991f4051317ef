package dev.bailiwick.server.jail.forward;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.account.stream.ServerStopping;
import dev.bailiwick.server.account.stream.TooManyStreams;
import dev.bailiwick.server.host.HostUnreachable;
import dev.bailiwick.server.jail.command.JailNotRunning;
import dev.bailiwick.server.jail.forward.JailForwards.Prepared;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.socket.ForeignOrigin;
import dev.bailiwick.server.jail.socket.SocketTickets;
import dev.bailiwick.server.jail.socket.UpgradeRequired;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Connections to ports in running jails. */
@RestController
class ForwardResource {

    private static final String JAIL = "The id of the jail";
    private static final String PORT = "The port of TCP in the jail, 1 to 65535";
    private static final String LOCALHOST = "localhost";

    private final JailForwards forwards;
    private final SocketTickets tickets;
    private final ForwardSockets sockets;

    ForwardResource(JailForwards forwards, SocketTickets tickets, ForwardSockets sockets) {
        this.forwards = forwards;
        this.tickets = tickets;
        this.sockets = sockets;
    }

    /** @param ticket for the first message of the WebSocket, valid once and for a minute, at any replica */
    record ForwardTicketDocument(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED)
            String ticket) {}

    @Fails({
        JailNotFound.class,
        RightMissing.class,
        JailNotRunning.class,
        HostUnreachable.class,
        JailRetired.class,
        CustomerSuspended.class
    })
    @Operation(
            operationId = "issueForwardTicket",
            summary = "Issue a ticket with which to connect to a port in a jail",
            description =
                    "The first message of the WebSocket is it. Whether anything listens on the port turns out there.")
    @PostMapping("/api/v1/jails/{id}/ports/{port}/forward-ticket")
    ResponseEntity<ForwardTicketDocument> ticket(
            Caller caller,
            @Parameter(description = JAIL) @PathVariable JailId id,
            @Parameter(description = PORT) @PathVariable int port) {
        forwards.prepare(caller, id, LOCALHOST, requirePort(port));
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new ForwardTicketDocument(tickets.issue(caller, id, new SocketTickets.Port(port))));
    }

    @Fails({
        JailNotFound.class,
        RightMissing.class,
        JailNotRunning.class,
        HostUnreachable.class,
        TargetNotOfJail.class,
        TooManyForwards.class,
        UpgradeRequired.class,
        ForeignOrigin.class,
        TooManyStreams.class,
        ServerStopping.class,
        JailRetired.class,
        CustomerSuspended.class
    })
    @Operation(
            operationId = "forwardPort",
            summary = "Connect to a port in a jail by WebSocket",
            description =
                    "With the subprotocol bailiwick.forward.v1, which docs/api.md describes. The first message is the ticket; after that, each WebSocket carries the bytes of one connection of TCP, as ssh -L does.")
    @ApiResponse(responseCode = "101", description = "The WebSocket is open", content = @Content)
    @GetMapping("/api/v1/jails/{id}/ports/{port}/forward")
    void forward(
            Caller caller,
            @Parameter(description = JAIL) @PathVariable JailId id,
            @Parameter(description = PORT) @PathVariable int port,
            @Parameter(description = "Where in the jail: localhost, an address of the jail, or its hostname")
                    @RequestParam(defaultValue = LOCALHOST)
                    String address,
            HttpServletRequest request,
            HttpServletResponse response) {
        Prepared prepared = forwards.prepare(caller, id, address, requirePort(port));
        sockets.upgrade(request, response, caller, prepared);
    }

    private static int requirePort(int port) {
        if (port < 1 || port > StreamRequest.Forward.MAX_PORT) {
            throw new InvalidRequest("/port", "must be a port from 1 to " + StreamRequest.Forward.MAX_PORT);
        }
        return port;
    }
}

package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.account.stream.ServerStopping;
import dev.bailiwick.server.account.stream.TooManyStreams;
import dev.bailiwick.server.jail.command.JailSessions.Reached;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.socket.ForeignOrigin;
import dev.bailiwick.server.jail.socket.SocketTickets;
import dev.bailiwick.server.jail.socket.UpgradeRequired;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Sessions of commands in running jails. */
@RestController
class ExecResource {

    private static final String JAIL = "The id of the jail";
    private static final String SESSION = "The id of the session";

    private final JailSessions sessions;
    private final SocketTickets tickets;
    private final ExecSockets sockets;

    ExecResource(JailSessions sessions, SocketTickets tickets, ExecSockets sockets) {
        this.sessions = sessions;
        this.tickets = tickets;
        this.sockets = sockets;
    }

    /** @param ticket for the first frame of the WebSocket, valid once and for a minute, at any replica */
    record AttachTicketDocument(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED)
            String ticket) {}

    @Fails({JailNotFound.class, RightMissing.class, HostSilent.class, JailRetired.class, CustomerSuspended.class})
    @Operation(
            operationId = "listCommandSessions",
            summary = "List the sessions of a jail",
            description =
                    "The terminal of the init first, if the jail has one (console of its definition), then the oldest, each with those who are attached. A session whose command has ended is kept for ten minutes after the last of them has left. All end when the host's agent restarts.")
    @GetMapping("/api/v1/jails/{id}/exec")
    ListDocument<CommandSessionDocument> list(Caller caller, @Parameter(description = JAIL) @PathVariable JailId id) {
        Reached jail = sessions.reach(caller, id, ExecId.random());
        return new ListDocument<>(
                sessions.list(jail).stream().map(CommandSessionDocument::of).toList());
    }

    @Fails({
        JailNotFound.class,
        RightMissing.class,
        CommandSessionNotFound.class,
        SessionOfInit.class,
        HostSilent.class,
        JailRetired.class,
        CustomerSuspended.class
    })
    @Operation(
            operationId = "endCommandSession",
            summary = "End a session",
            description =
                    "Kills the command with its process group, and forgets its output. The terminal of the init cannot be ended.")
    @DeleteMapping("/api/v1/jails/{id}/exec/{session}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void end(
            Caller caller,
            @Parameter(description = JAIL) @PathVariable JailId id,
            @Parameter(description = SESSION) @PathVariable ExecId session) {
        Reached reached = sessions.reach(caller, id, session);
        sessions.end(reached);
        sessions.record(caller, reached, new CommandEvent.Ended(session.value()));
    }

    @Fails({JailNotFound.class, RightMissing.class, JailRetired.class, CustomerSuspended.class})
    @Operation(
            operationId = "issueAttachTicket",
            summary = "Issue a ticket with which to attach to a session",
            description =
                    "The first frame of the WebSocket carries it. Whether there is such a session turns out there.")
    @PostMapping("/api/v1/jails/{id}/exec/{session}/attach-ticket")
    ResponseEntity<AttachTicketDocument> ticket(
            Caller caller,
            @Parameter(description = JAIL) @PathVariable JailId id,
            @Parameter(description = SESSION) @PathVariable ExecId session) {
        sessions.reach(caller, id, session);
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new AttachTicketDocument(tickets.issue(caller, id, new SocketTickets.Session(session))));
    }

    @Fails({
        JailNotFound.class,
        RightMissing.class,
        UpgradeRequired.class,
        ForeignOrigin.class,
        TooManyStreams.class,
        ServerStopping.class,
        JailRetired.class,
        CustomerSuspended.class
    })
    @Operation(
            operationId = "attachToCommandSession",
            summary = "Attach to a session by WebSocket",
            description =
                    "With the subprotocol bailiwick.v1, whose frames docs/api.md describes. The first frame is the ticket. Several may be attached; one of them writes.")
    @ApiResponse(responseCode = "101", description = "The WebSocket is open", content = @Content)
    @GetMapping("/api/v1/jails/{id}/exec/{session}/attach")
    void attach(
            Caller caller,
            @Parameter(description = JAIL) @PathVariable JailId id,
            @Parameter(description = SESSION) @PathVariable ExecId session,
            @Parameter(description = "The offset of the first byte of output to receive; 0 for all that is kept")
                    @RequestParam
                    Optional<Long> offset,
            HttpServletRequest request,
            HttpServletResponse response) {
        long from = ExecSockets.requireOffset(offset.orElse(0L));
        Reached reached = sessions.reach(caller, id, session);
        sockets.upgrade(request, response, caller, reached, from);
    }
}

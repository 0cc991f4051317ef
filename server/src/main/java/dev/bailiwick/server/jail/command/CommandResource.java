package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.socket.SocketTickets;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Commands in running jails. */
@RestController
class CommandResource {

    private final JailCommands commands;
    private final JailSessions sessions;
    private final SocketTickets tickets;

    CommandResource(JailCommands commands, JailSessions sessions, SocketTickets tickets) {
        this.commands = commands;
        this.sessions = sessions;
        this.tickets = tickets;
    }

    /**
     * How a command ended. A byte of an output that is not UTF-8 is U+FFFD.
     *
     * @param exitCode 0 to 255; null if the command did not end by itself
     * @param signal the number of the signal that ended the command; null if none did
     * @param timedOut whether it was killed because it ran for longer than its timeout
     * @param output the beginning of its standard output
     * @param outputCut whether there was more
     * @param errors the beginning of its standard error
     * @param errorsCut whether there was more
     */
    record CommandDocument(
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            boolean timedOut,
            String output,
            boolean outputCut,
            String errors,
            boolean errorsCut) {

        static CommandDocument of(CommandEnd end) {
            return new CommandDocument(
                    end.how() instanceof How.Exited(int status) ? status : null,
                    end.how() instanceof How.Killed(int number) ? number : null,
                    end.how() instanceof How.TimedOut,
                    end.output().text(),
                    end.output().isCut(),
                    end.errors().text(),
                    end.errors().isCut());
        }
    }

    /**
     * A session that has begun.
     *
     * @param id its id
     * @param attach the path at which to attach to it, by WebSocket
     * @param ticket for the first frame there, valid once and for a minute
     */
    record CommandSessionCreatedDocument(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED)
            UUID id,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED)
            String attach,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED)
            String ticket) {}

    @Fails({
        JailNotFound.class,
        RightMissing.class,
        JailNotRunning.class,
        HostSilent.class,
        CommandOutcomeUnknown.class,
        TooManySessions.class,
        JailRetired.class,
        CustomerSuspended.class
    })
    @Operation(
            operationId = "runCommand",
            summary = "Run a command in a jail",
            description =
                    "Runs it beside the jail's first process, with the same confinement. With wait it answers when the command has ended: at its timeout it is killed with its process group, what it leaves running stays until the jail stops, and the first 98,304 bytes of each output are kept. Without wait it creates a session, to which people attach. If the answer is lost, the command may have run.")
    @ApiResponse(
            responseCode = "200",
            description = "With wait: the command has ended",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = CommandDocument.class)))
    @ApiResponse(
            responseCode = "201",
            description = "Without wait: the command has begun",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = CommandSessionCreatedDocument.class)))
    @PostMapping("/api/v1/jails/{id}/exec")
    ResponseEntity<Object> run(Caller caller, @PathVariable JailId id, @RequestBody CommandRequest wanted) {
        if (wanted.isWaitedFor()) {
            // What a command writes may be secret.
            return ResponseEntity.ok()
                    .cacheControl(CacheControl.noStore())
                    .body(CommandDocument.of(commands.run(commands.prepare(caller, id, wanted.draft()))));
        }
        ExecId session =
                sessions.open(sessions.prepare(caller, id, wanted.draft())).id();
        String path = "/api/v1/jails/" + id + "/exec/" + session;
        return ResponseEntity.created(URI.create(path))
                .cacheControl(CacheControl.noStore())
                .body(new CommandSessionCreatedDocument(
                        session.value(),
                        path + "/attach",
                        tickets.issue(caller, id, new SocketTickets.Session(session))));
    }
}

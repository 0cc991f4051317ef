package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.CommandDraft;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Commands in running jails. */
@RestController
class CommandResource {

    private final JailCommands commands;

    CommandResource(JailCommands commands) {
        this.commands = commands;
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

    @Fails({
        JailNotFound.class,
        RightMissing.class,
        JailNotRunning.class,
        HostSilent.class,
        CommandOutcomeUnknown.class,
        JailRetired.class,
        CustomerSuspended.class
    })
    @Operation(
            operationId = "runCommand",
            summary = "Run a command in a jail",
            description =
                    "Runs it beside the jail's first process, with the same confinement, and answers when it has ended. At its timeout it is killed with its process group. What it leaves running stays until the jail stops. The first 98,304 bytes of each output are kept. If the answer is lost, the command may have run.")
    @PostMapping("/api/v1/jails/{id}/exec")
    ResponseEntity<CommandDocument> run(Caller caller, @PathVariable JailId id, @RequestBody CommandDraft command) {
        // What a command writes may be secret.
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(CommandDocument.of(commands.run(commands.prepare(caller, id, command))));
    }
}

package dev.bailiwick.server.jail.command;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.account.quota.HostFull;
import dev.bailiwick.server.account.quota.QuotaExceeded;
import dev.bailiwick.server.jail.command.CommandResource.CommandDocument;
import dev.bailiwick.server.jail.command.JailRuns.JailRun;
import dev.bailiwick.server.jail.intent.JailAlreadyExists;
import dev.bailiwick.server.jail.intent.file.PathHoldsFiles;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.placement.NoHostAvailable;
import dev.bailiwick.server.jail.rest.JailBodies;
import dev.bailiwick.server.network.AddressTaken;
import dev.bailiwick.server.network.PoolsExhausted;
import dev.bailiwick.server.plan.PlanDoesNotFit;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs one command in a jail of its own. */
@RestController
class JailRunResource {

    /** Longer than any run. If the jail is left over, it does not run for ever on a host that cannot be reached. */
    private static final String SLEEPS = "600";

    private static final int NAME_DIGITS = 12;

    private final JailRuns runs;
    private final JailBodies bodies;

    JailRunResource(JailRuns runs, JailBodies bodies) {
        this.runs = runs;
        this.bodies = bodies;
    }

    @Fails({
        RightMissing.class,
        CustomerSuspended.class,
        NoHostAvailable.class,
        JailAlreadyExists.class,
        PathHoldsFiles.class,
        AddressTaken.class,
        PoolsExhausted.class,
        PlanDoesNotFit.class,
        QuotaExceeded.class,
        HostFull.class,
        RunNotStarted.class,
        JailNotRunning.class,
        HostSilent.class,
        CommandOutcomeUnknown.class
    })
    @Operation(
            operationId = "runInNewJail",
            summary = "Run one command in a jail of its own",
            description =
                    "Defines the jail, waits up to 30 s until it runs, runs the command beside its first process as the operation runCommand does, and removes the jail with its files, all in one request. Without a name the jail gets one, and without a command its first process is /bin/sleep. The jail is removed also if the client does not wait for the answer.")
    @ApiResponse(responseCode = "200", description = "The command has ended", useReturnTypeSchema = true)
    @PostMapping("/api/v1/jails:run")
    ResponseEntity<CommandDocument> run(Caller caller, @RequestBody JailRunRequest wanted) throws InterruptedException {
        NewJail jail = jail(wanted.jail());
        // What a command writes may be secret.
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(CommandDocument.of(runs.run(caller, new JailRun(jail, wanted.draft()))));
    }

    private NewJail jail(@Nullable JsonNode wanted) {
        if (!(wanted instanceof ObjectNode fields)) {
            throw new InvalidRequest("/jail", "is required: a JSON object");
        }
        ObjectNode completed = fields.deepCopy();
        if (!completed.hasNonNull("name")) {
            String digits = UUID.randomUUID().toString().replace("-", "");
            completed.put("name", "run-" + digits.substring(0, NAME_DIGITS));
        }
        if (!completed.hasNonNull("command")) {
            completed.putArray("command").add("/bin/sleep").add(SLEEPS);
        }
        try {
            return bodies.newJail(completed);
        } catch (InvalidRequest e) {
            throw e.below("/jail");
        }
    }
}

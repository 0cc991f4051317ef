package dev.bailiwick.server.jail.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.ChangeRateLimit;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.jail.intent.BatchMode;
import dev.bailiwick.server.jail.intent.BatchRefused;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.rest.JailRequest;
import dev.bailiwick.server.jail.rest.WaitParameter;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.ProblemWriter;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * The API for many jails at once: up to 10,000 definitions or actions, one on each line. The answer has a line for
 * each. All lines are carried out, or none; with {@code ?partial=true}, all lines are carried out that can be. The
 * status 201 means that all jails were created.
 */
@RestController
class JailBatchResource {

    private static final String NDJSON = "application/x-ndjson";

    private final JailBatches batches;
    private final BatchBodies bodies;
    private final ChangeRateLimit rate;
    private final ProblemWriter problems;
    private final JsonMapper json;

    JailBatchResource(
            JailBatches batches, BatchBodies bodies, ChangeRateLimit rate, ProblemWriter problems, JsonMapper json) {
        this.batches = batches;
        this.bodies = bodies;
        this.rate = rate;
        this.problems = problems;
        this.json = json;
    }

    /**
     * The result of one line.
     *
     * @param line the number of the line, from 1
     * @param status the status of the answer to a request for this jail alone
     * @param phase the phase of the jail after the wait; absent without a wait
     * @param problem the reason why the line was rejected
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record LineResult(
            int line,
            int status,
            @Nullable String id,
            @Nullable Long generation,
            @Nullable String phase,
            @Nullable ProblemDetail problem) {}

    @Fails({RightMissing.class, BatchRefused.class})
    @Operation(
            operationId = "runBatch",
            summary = "Create, start, stop, restart or remove many jails",
            description =
                    "NDJSON. All lines are definitions, or all lines are actions: {\"id\", \"action\": start, stop, restart or remove, \"files\": keep or delete (only with remove)}. All lines are carried out, or none; with 'partial', all lines are carried out that can be.")
    @ApiResponse(
            responseCode = "201",
            description = "All lines are definitions, and all jails were created",
            content = @Content(mediaType = NDJSON, schema = @Schema(implementation = LineResult.class)))
    @ApiResponse(
            responseCode = "200",
            description =
                    "The lines are actions, or some were not carried out; each line of the answer has the status of its own",
            content = @Content(mediaType = NDJSON, schema = @Schema(implementation = LineResult.class)))
    @PostMapping(path = "/api/v1/jails:batch", consumes = NDJSON)
    ResponseEntity<byte[]> run(
            Caller caller,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content =
                                    @Content(mediaType = NDJSON, schema = @Schema(implementation = JailRequest.class)))
                    @RequestBody
                    byte[] body,
            @RequestParam(defaultValue = "false") boolean partial,
            @RequestParam Optional<String> wait)
            throws InterruptedException {
        Optional<Duration> longest = WaitParameter.parse("/wait", wait);
        BatchMode mode = partial ? BatchMode.PARTIAL : BatchMode.WHOLE;
        caller.require(Scope.JAILS_WRITE);
        List<BatchLine> lines = bodies.read(body);
        rate.charge(caller, lines.size());
        // If no line can be read, the client has to learn why, and not that only operators create jails.
        boolean defines = lines.stream().anyMatch(BatchLine.Legible.class::isInstance)
                && lines.stream().noneMatch(BatchLine.Action.class::isInstance);
        List<BatchOutcome> outcomes =
                defines ? batches.define(caller, lines, mode, longest) : batches.act(caller, lines, mode, longest);
        boolean created = outcomes.stream().allMatch(BatchOutcome.Stored.class::isInstance);
        return ResponseEntity.status(created ? HttpStatus.CREATED : HttpStatus.OK)
                .contentType(MediaType.parseMediaType(NDJSON))
                .body(write(outcomes));
    }

    private byte[] write(List<BatchOutcome> outcomes) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (BatchOutcome outcome : outcomes) {
            lines.writeBytes(json.writeValueAsBytes(result(outcome)));
            lines.write('\n');
        }
        return lines.toByteArray();
    }

    private LineResult result(BatchOutcome outcome) {
        return switch (outcome) {
            case BatchOutcome.Stored stored ->
                new LineResult(
                        stored.line(),
                        HttpStatus.CREATED.value(),
                        stored.id().toString(),
                        stored.generation(),
                        stored.seen().map(jail -> jail.status().phaseText()).orElse(null),
                        null);
            case BatchOutcome.Done done ->
                new LineResult(
                        done.line(),
                        status(done).value(),
                        done.id().toString(),
                        done.generation().orElse(null),
                        done.seen().map(jail -> jail.status().phaseText()).orElse(null),
                        null);
            case BatchOutcome.Refused refused ->
                new LineResult(
                        refused.line(),
                        refused.why().type().status(),
                        null,
                        null,
                        null,
                        problems.document(refused.why()));
        };
    }

    private static HttpStatus status(BatchOutcome.Done done) {
        if (!(done.action() instanceof JailAction.Remove)) {
            return HttpStatus.OK;
        }
        return done.generation().isPresent() ? HttpStatus.ACCEPTED : HttpStatus.NO_CONTENT;
    }
}

package dev.bailiwick.server.jail.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.ChangeRate;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.jail.BatchMode;
import dev.bailiwick.server.jail.JailAction;
import dev.bailiwick.server.jail.rest.WaitParameter;
import dev.bailiwick.server.jail.rest.WantedJail;
import dev.bailiwick.server.problem.Answers;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
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
 * Many jails at once: up to 10,000 definitions or actions, each on a line of its own, and an answer with a line for each. Either all lines
 * are carried out or none; with {@code ?partial=true} those are that can be. 201 says that all jails were created.
 */
@RestController
class JailBatchResource {

    private static final String NDJSON = "application/x-ndjson";

    private final JailBatches batches;
    private final BatchBodies bodies;
    private final ChangeRate rate;
    private final Answers answers;
    private final JsonMapper json;

    JailBatchResource(JailBatches batches, BatchBodies bodies, ChangeRate rate, Answers answers, JsonMapper json) {
        this.batches = batches;
        this.bodies = bodies;
        this.rate = rate;
        this.answers = answers;
        this.json = json;
    }

    /**
     * What became of one line.
     *
     * @param line its number, from 1
     * @param status what a request for this one jail would have been answered with
     * @param phase how the jail is after the wait, where there was one
     * @param problem why it was not stored
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record LineResult(
            int line,
            int status,
            @Nullable String id,
            @Nullable Long generation,
            @Nullable String phase,
            @Nullable ProblemDetail problem) {}

    @Operation(
            summary = "Create, start, stop, restart or remove many jails",
            description =
                    "NDJSON. Each line is a definition, or each is an action: {\"id\", \"action\": start, stop, restart or remove, \"files\": keep or delete, with remove}. Without 'partial' all lines are carried out, or none.")
    @PostMapping(path = "/api/v1/jails:batch", consumes = NDJSON)
    ResponseEntity<byte[]> run(
            Caller caller,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(mediaType = NDJSON, schema = @Schema(implementation = WantedJail.class)))
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
        // Where no line can be read, whoever sent them learns why, and not that only operators create jails.
        boolean defines = lines.stream().anyMatch(BatchLine.Legible.class::isInstance)
                && lines.stream().noneMatch(BatchLine.Action.class::isInstance);
        List<BatchOutcome> outcomes =
                defines ? batches.define(caller, lines, mode, longest) : batches.act(caller, lines, mode, longest);
        boolean created = outcomes.stream().allMatch(BatchOutcome.Stored.class::isInstance);
        return ResponseEntity.status(created ? HttpStatus.CREATED : HttpStatus.OK)
                .contentType(MediaType.parseMediaType(NDJSON))
                .body(written(outcomes));
    }

    private byte[] written(List<BatchOutcome> outcomes) {
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
                        answers.document(refused.why()));
        };
    }

    private static HttpStatus status(BatchOutcome.Done done) {
        if (!(done.action() instanceof JailAction.Remove)) {
            return HttpStatus.OK;
        }
        return done.generation().isPresent() ? HttpStatus.ACCEPTED : HttpStatus.NO_CONTENT;
    }
}

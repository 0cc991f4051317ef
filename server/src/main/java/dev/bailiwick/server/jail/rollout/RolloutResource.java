package dev.bailiwick.server.jail.rollout;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.jail.rest.StrictJson;
import dev.bailiwick.server.jail.rest.WaitParameter;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API for rollouts. */
@RestController
class RolloutResource {

    private static final Duration USUAL_WAIT = Duration.ofSeconds(30);

    private final Rollout rollout;
    private final StrictJson strict;
    private final JsonMapper json;

    RolloutResource(Rollout rollout, StrictJson strict, JsonMapper json) {
        this.rollout = rollout;
        this.strict = strict;
        this.json = json;
    }

    @Fails({RightMissing.class})
    @Operation(
            operationId = "rollOutJails",
            summary = "Restart jails, or give them a policy, one after another",
            description =
                    "The answer has a line of JSON for each jail, sent as soon as the jail is done. The rollout stops after the"
                            + " first jail that does not run again. If the client disconnects or loses its access, the rollout ends after the"
                            + " current jail.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                                            schema = @Schema(implementation = Rollout.Result.class))))
    @PostMapping("/api/v1/jails:rollout")
    void rollout(
            Caller caller,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = RolloutRequest.class)))
                    @RequestBody
                    JsonNode body,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        caller.require(Right.POLICY);
        RolloutRequest wanted = strict.read(body, RolloutRequest.class, "/policy/overrides");
        Duration longest = WaitParameter.parse("/within", Optional.ofNullable(wanted.within()))
                .orElse(USUAL_WAIT);
        List<JailView> jails = rollout.check(caller, wanted);
        response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
        OutputStream lines = response.getOutputStream();
        rollout.run(caller, Credential.of(request), jails, wanted.policy(), longest, result -> {
            lines.write(json.writeValueAsBytes(result));
            lines.write('\n');
            response.flushBuffer();
        });
    }
}

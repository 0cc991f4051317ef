package dev.bailiwick.server.account.signin.link;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** One-time sign-in links to the pages, for holders of a token that has all scopes of its user's role. */
@RestController
@RequestMapping("/api/v1/tokens/sign-in-link")
class SignInLinkResource {

    private static final Duration VALIDITY = Duration.ofMinutes(15);

    private final SignInLinks links;
    private final Clock clock;

    SignInLinkResource(SignInLinks links, Clock clock) {
        this.links = links;
        this.clock = clock;
    }

    /** @param link a path on this server; its page signs in once, within 15 minutes and before the token ends */
    record SignInLinkDocument(String link) {}

    @Operation(
            operationId = "createSignInLink",
            summary = "Create a sign-in link",
            description =
                    "The link signs in as the token's user, once. Opening it shows a page that asks first: only the POST from that page uses the link up, so a mail scanner does not. The token needs all scopes of its user's role.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<SignInLinkDocument> issue(Caller caller, HttpServletRequest request) {
        // A session has all scopes of its user's role, so a token with fewer scopes must not lead to one.
        caller.role().scopes().forEach(caller::require);
        Duration validity = caller.until()
                .map(end -> Duration.between(clock.instant(), end))
                .filter(left -> left.compareTo(VALIDITY) < 0)
                .orElse(VALIDITY);
        String secret = links.issue(
                        caller.user(), validity, Credential.of(request).token())
                .text();
        return ResponseEntity.status(HttpStatus.CREATED)
                .cacheControl(CacheControl.noStore())
                .body(new SignInLinkDocument("/sign-in/link/" + secret));
    }
}

package dev.bailiwick.server.account;

import java.time.Duration;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** One-time links into the pages, for whoever holds a token that may do all its user may. */
@RestController
@RequestMapping("/api/v1/tokens/sign-in-link")
class SignInLinkResource {

    private static final Duration VALIDITY = Duration.ofMinutes(15);

    private final SignInLinks links;

    SignInLinkResource(SignInLinks links) {
        this.links = links;
    }

    /** @param link a path on this server; works once, for 15 minutes */
    record Link(String link) {}

    @PostMapping
    ResponseEntity<Link> issue(Caller caller) {
        // A session has all scopes of its user's role: a token with fewer must not become one.
        caller.role().scopes().forEach(caller::require);
        String secret = links.issue(caller.user(), VALIDITY).text();
        return ResponseEntity.status(HttpStatus.CREATED)
                .cacheControl(CacheControl.noStore())
                .body(new Link("/sign-in/link/" + secret));
    }
}

package dev.bailiwick.server.account.signin.oidc;

import java.util.Locale;
import org.springframework.http.HttpStatus;

/** Why nobody is signed in after an answer of a provider; its text is the message {@code sign-in.provider.} with this name. */
enum Refusal {
    /** The browser has begun no sign-in there, or too long ago. */
    STALE(HttpStatus.BAD_REQUEST),
    /** The provider has refused, or its answer is not right. */
    FAILED(HttpStatus.UNAUTHORIZED),
    UNREACHABLE(HttpStatus.BAD_GATEWAY),
    LIMITED(HttpStatus.TOO_MANY_REQUESTS),
    /** None of the person's values leads to a role. */
    NO_ROLE(HttpStatus.FORBIDDEN),
    /** The provider says no login, or an invalid one. */
    NO_LOGIN(HttpStatus.FORBIDDEN),
    LOGIN_TAKEN(HttpStatus.CONFLICT),
    DISABLED(HttpStatus.FORBIDDEN),
    LAST_OWNER(HttpStatus.CONFLICT);

    private final HttpStatus status;

    Refusal(HttpStatus status) {
        this.status = status;
    }

    HttpStatus status() {
        return status;
    }

    String message() {
        return "sign-in.provider." + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

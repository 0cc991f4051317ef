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
    /** None of the values of somebody of the staff leads to a role any more. */
    NO_ROLE(HttpStatus.FORBIDDEN),
    /** Nobody has linked the account, and none of the person's values leads to a role. */
    NOT_LINKED(HttpStatus.FORBIDDEN),
    /** A user of a customer has linked the account, and the person's values lead to a role. */
    LINKED_STAFF(HttpStatus.FORBIDDEN),
    /** The provider says no login, or an invalid one. */
    NO_LOGIN(HttpStatus.FORBIDDEN),
    LOGIN_TAKEN(HttpStatus.CONFLICT),
    DISABLED(HttpStatus.FORBIDDEN),
    LAST_OWNER(HttpStatus.CONFLICT),
    /** The link was begun in another session, or the user has changed since. */
    OTHER_SESSION(HttpStatus.FORBIDDEN),
    /** The provider has not asked the person again, or does not say so. */
    NOT_ASKED(HttpStatus.FORBIDDEN),
    /** The account leads to a role of the staff, and so cannot be linked. */
    STAFF_ACCOUNT(HttpStatus.FORBIDDEN),
    /** The account belongs to another user. */
    ACCOUNT_TAKEN(HttpStatus.CONFLICT),
    /** The user has linked another account there. */
    ANOTHER_ACCOUNT(HttpStatus.CONFLICT),
    /** Somebody has the login of the invitation, and has not linked the account. */
    INVITED_TAKEN(HttpStatus.CONFLICT);

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

package dev.bailiwick.server.account;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.springframework.security.authentication.InsufficientAuthenticationException;

/** What a caller came with. It can be withdrawn while the caller is not. */
public sealed interface Credential {

    /** A session of the pages, by its id. */
    record OfSession(String id) implements Credential {}

    /** A token of the API. */
    record OfToken(TokenId id) implements Credential {}

    /** What the request came with. @throws InsufficientAuthenticationException if it came with nothing that can be withdrawn */
    static Credential of(HttpServletRequest request) {
        if (request.getAttribute(Credential.class.getName()) instanceof Credential known) {
            return known;
        }
        HttpSession session = request.getSession(false);
        if (session == null) {
            throw new InsufficientAuthenticationException("The request has neither a session nor a token");
        }
        return new OfSession(session.getId());
    }

    /** Says what the request came with. */
    default void belongsTo(HttpServletRequest request) {
        request.setAttribute(Credential.class.getName(), this);
    }
}

package dev.bailiwick.server.account.authentication;

import dev.bailiwick.server.account.TokenId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.Optional;
import org.springframework.modulith.NamedInterface;
import org.springframework.security.authentication.InsufficientAuthenticationException;

/** The session or token of a caller. It can be withdrawn while its user stays enabled. */
@NamedInterface("signin")
public sealed interface Credential {

    /**
     * A session of the pages.
     *
     * @param session the id of the session
     * @param token the token whose link began the session, and which must be in force as well; empty for other sessions
     */
    record OfSession(String session, Optional<TokenId> token) implements Credential {}

    /** A token of the API. */
    record OfToken(TokenId id) implements Credential {

        @Override
        public String session() {
            return "";
        }

        @Override
        public Optional<TokenId> token() {
            return Optional.of(id);
        }
    }

    /** Returns the id of the session that must exist; empty for a token. */
    String session();

    /** Returns the token that must be in force; empty for a session that does not depend on one. */
    Optional<TokenId> token();

    /**
     * Returns the credential of the request.
     *
     * @throws InsufficientAuthenticationException if the request has none
     */
    static Credential of(HttpServletRequest request) {
        if (request.getAttribute(Credential.class.getName()) instanceof Credential known) {
            return known;
        }
        HttpSession session = request.getSession(false);
        if (session == null) {
            throw new InsufficientAuthenticationException("The request has neither a session nor a token");
        }
        return new OfSession(session.getId(), SessionUser.token(session));
    }

    /** Returns the token on which the request, or the session that it belongs to, depends; empty if there is none. */
    static Optional<TokenId> tokenOf(HttpServletRequest request) {
        if (request.getAttribute(Credential.class.getName()) instanceof Credential known) {
            return known.token();
        }
        HttpSession session = request.getSession(false);
        return session == null ? Optional.empty() : SessionUser.token(session);
    }

    /** Sets this as the credential of the request. */
    default void belongsTo(HttpServletRequest request) {
        request.setAttribute(Credential.class.getName(), this);
    }
}

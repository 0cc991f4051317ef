package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.account.TokenId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.Optional;
import org.springframework.modulith.NamedInterface;
import org.springframework.security.authentication.InsufficientAuthenticationException;

/** What a caller came with. It can be withdrawn while the caller is not. */
@NamedInterface("signin")
public sealed interface Credential {

    /**
     * A session of the pages, by its id.
     *
     * @param token by whose link it began, and which has to hold as well; empty where it began otherwise
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

    /** The id of the session that has to be there; empty where none has to. */
    String session();

    /** The token that has to be in force; empty where none has to. */
    Optional<TokenId> token();

    /** What the request came with. @throws InsufficientAuthenticationException if it came with nothing that can be withdrawn */
    static Credential of(HttpServletRequest request) {
        if (request.getAttribute(Credential.class.getName()) instanceof Credential known) {
            return known;
        }
        HttpSession session = request.getSession(false);
        if (session == null) {
            throw new InsufficientAuthenticationException("The request has neither a session nor a token");
        }
        return new OfSession(session.getId(), UserInSession.token(session));
    }

    /** Says what the request came with. */
    default void belongsTo(HttpServletRequest request) {
        request.setAttribute(Credential.class.getName(), this);
    }
}

package dev.bailiwick.server.account.authentication;

import dev.bailiwick.server.account.SshKeyId;
import dev.bailiwick.server.account.TokenId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.Optional;
import org.springframework.modulith.NamedInterface;
import org.springframework.security.authentication.InsufficientAuthenticationException;

/** What a caller has shown, and by which they stay signed in: their session, their token, or what they have shown for a connection of SSH. It can be withdrawn while its user stays enabled. */
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
        public Optional<TokenId> token() {
            return Optional.of(id);
        }
    }

    /** An SSH key, by which a connection was opened. */
    record OfKey(SshKeyId id) implements Credential {

        @Override
        public Optional<SshKeyId> key() {
            return Optional.of(id);
        }
    }

    /**
     * A password, by which a connection of SSH was opened.
     *
     * @param version as in {@link dev.bailiwick.server.account.Caller}
     */
    record OfPassword(String version) implements Credential {

        @Override
        public String password() {
            return version;
        }
    }

    /** Returns the id of the session that must exist; empty if there is none. */
    default String session() {
        return "";
    }

    /** Returns the token that must be in force; empty if it does not depend on one. */
    default Optional<TokenId> token() {
        return Optional.empty();
    }

    /** Returns the SSH key that must exist; empty if it does not depend on one. */
    default Optional<SshKeyId> key() {
        return Optional.empty();
    }

    /** Returns the version of the password that must be that of the user; empty if it does not depend on one. */
    default String password() {
        return "";
    }

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

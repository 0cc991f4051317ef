package dev.bailiwick.server.account.signin.form;

import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.secret.Signer;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRepository;
import org.springframework.security.web.csrf.DefaultCsrfToken;
import org.springframework.security.web.csrf.XorCsrfTokenRequestAttributeHandler;
import org.springframework.web.util.WebUtils;

/**
 * CSRF tokens, kept only in a signed cookie of the browser, as there is no session before sign-in. A token is valid in one session, or only before sign-in.
 */
public final class SignedCsrfTokens implements CsrfTokenRepository {

    public static final String COOKIE = "__Host-csrf";
    private static final String HEADER = "X-CSRF-TOKEN";
    private static final String PARAMETER = "_csrf";

    /** Separates the random part of a token from its user. */
    private static final String USER = "~";

    private final Signer signer;

    public SignedCsrfTokens(Signer signer) {
        this.signer = signer;
    }

    @Override
    public CsrfToken generateToken(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        Object user = session == null ? null : session.getAttribute(SessionUser.USER);
        return token(signer.sign(UUID.randomUUID() + (user == null ? "" : USER + user), session(request)));
    }

    /**
     * Returns the id of the user in whose session the form's token was created, even if that session has ended; empty if unknown.
     * The cookie's token cannot be used: a request for a part of the page may have replaced it.
     */
    Optional<String> owner(HttpServletRequest request) {
        String session = request.getRequestedSessionId();
        String masked = request.getParameter(PARAMETER);
        return session == null || masked == null
                ? Optional.empty()
                : unmask(masked)
                        .flatMap(token -> signer.verify(token, session))
                        .map(text -> text.split(USER, 2))
                        .filter(parts -> parts.length == 2)
                        .map(parts -> parts[1]);
    }

    /**
     * Reverses {@link XorCsrfTokenRequestAttributeHandler}: the first half of the bytes is random, the second half is the token XOR
     * the first.
     */
    private static Optional<String> unmask(String masked) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(masked);
            byte[] token = new byte[bytes.length / 2];
            for (int i = 0; i < token.length; i++) {
                token[i] = (byte) (bytes[i] ^ bytes[token.length + i]);
            }
            return Optional.of(new String(token, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    @Override
    public void saveToken(@Nullable CsrfToken token, HttpServletRequest request, HttpServletResponse response) {
        ResponseCookie.ResponseCookieBuilder cookie = ResponseCookie.from(COOKIE, token == null ? "" : token.getToken())
                .path("/")
                .secure(true)
                .httpOnly(true)
                .sameSite("Lax");
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                (token == null ? cookie.maxAge(0) : cookie).build().toString());
    }

    @Override
    public @Nullable CsrfToken loadToken(HttpServletRequest request) {
        return Optional.ofNullable(WebUtils.getCookie(request, COOKIE))
                .map(Cookie::getValue)
                .filter(value -> signer.verify(value, session(request)).isPresent())
                .map(SignedCsrfTokens::token)
                .orElse(null);
    }

    private static CsrfToken token(String value) {
        return new DefaultCsrfToken(HEADER, PARAMETER, value);
    }

    private static String session(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session == null ? "" : session.getId();
    }
}

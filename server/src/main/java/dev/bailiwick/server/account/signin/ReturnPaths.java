package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.secret.SealingKey;
import dev.bailiwick.server.secret.Signer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.security.web.savedrequest.SimpleSavedRequest;
import org.springframework.web.util.WebUtils;

/**
 * The page that a visitor requested before sign-in: a path of this server, kept for ten minutes in a signed cookie. A path that is
 * too long, or does not belong to a page, is not kept; sign-in then leads to the start page.
 */
public final class ReturnPaths implements RequestCache {

    static final String COOKIE = "__Host-return";
    private static final Duration KEPT = Duration.ofMinutes(10);
    private static final String CONTEXT = "";

    private final Signer signer;
    private final Clock clock;

    public ReturnPaths(SealingKey key, Clock clock) {
        this.signer = key.signer("return path");
        this.clock = clock;
    }

    @Override
    public void saveRequest(HttpServletRequest request, HttpServletResponse response) {
        String path = path(request);
        if (isPage(request) && path.length() <= Bound.RETURN_PATH_LENGTH.value()) {
            String text = clock.instant().plus(KEPT).getEpochSecond() + " " + path;
            String encoded =
                    Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
            set(response, signer.sign(encoded, CONTEXT), KEPT);
        }
    }

    /** Returns the saved path, and deletes the cookie. */
    @Override
    public @Nullable SavedRequest getRequest(HttpServletRequest request, HttpServletResponse response) {
        Optional<String> path = savedPath(request);
        if (path.isEmpty()) {
            return null;
        }
        removeRequest(request, response);
        return new SimpleSavedRequest(path.get());
    }

    /** Returns null: only the path of a request is kept, so the request cannot be repeated. */
    @Override
    public @Nullable HttpServletRequest getMatchingRequest(HttpServletRequest request, HttpServletResponse response) {
        return null;
    }

    @Override
    public void removeRequest(HttpServletRequest request, HttpServletResponse response) {
        set(response, "", Duration.ZERO);
    }

    private Optional<String> savedPath(HttpServletRequest request) {
        return Optional.ofNullable(WebUtils.getCookie(request, COOKIE))
                .flatMap(cookie -> signer.verify(cookie.getValue(), CONTEXT))
                .map(encoded ->
                        new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8).split(" ", 2))
                .filter(words -> Long.parseLong(words[0]) > clock.instant().getEpochSecond())
                .map(words -> words[1]);
    }

    /** Whether the request is for a whole page: not for a part of a page or a stream, and not from a program. */
    private static boolean isPage(HttpServletRequest request) {
        String accepted = request.getHeader(HttpHeaders.ACCEPT);
        return request.getMethod().equals("GET")
                && accepted != null
                && accepted.contains(MediaType.TEXT_HTML_VALUE)
                && request.getHeader("HX-Request") == null;
    }

    private static String path(HttpServletRequest request) {
        String query = request.getQueryString();
        return query == null ? request.getRequestURI() : request.getRequestURI() + "?" + query;
    }

    private static void set(HttpServletResponse response, String value, Duration kept) {
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(COOKIE, value)
                        .path("/")
                        .secure(true)
                        .httpOnly(true)
                        .sameSite("Lax")
                        .maxAge(kept)
                        .build()
                        .toString());
    }
}

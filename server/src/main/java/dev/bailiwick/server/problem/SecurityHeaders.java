package dev.bailiwick.server.problem;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;

/** What every answer tells a browser, whoever makes it: a controller, a filter, or the container before either. */
public final class SecurityHeaders {

    /** Everything a page needs comes from this server, in files; nothing is inline. */
    public static final String CONTENT_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
            + "base-uri 'none'; frame-ancestors 'none'";

    public static final String PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=()";

    public static final int TRANSPORT_SECONDS = 31_536_000;

    private static final Map<String, String> ALWAYS = Map.of(
            "Content-Security-Policy", CONTENT_POLICY,
            "Permissions-Policy", PERMISSIONS_POLICY,
            "Referrer-Policy", "same-origin",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY");

    private SecurityHeaders() {}

    /** @param secure whether the request came by TLS */
    static void on(HttpServletResponse response, boolean secure) {
        ALWAYS.forEach(response::setHeader);
        if (secure) {
            response.setHeader("Strict-Transport-Security", "max-age=" + TRANSPORT_SECONDS);
        }
    }
}

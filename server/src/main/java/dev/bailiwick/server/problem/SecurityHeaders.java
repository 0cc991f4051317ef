package dev.bailiwick.server.problem;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;

/** The security headers of every answer, from a controller, a filter, or the container. */
public final class SecurityHeaders {

    /** Pages load only files of this server, and have no inline scripts or styles. */
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

    /** @param secure whether the request came over TLS */
    static void on(HttpServletResponse response, boolean secure) {
        ALWAYS.forEach(response::setHeader);
        if (secure) {
            response.setHeader("Strict-Transport-Security", "max-age=" + TRANSPORT_SECONDS);
        }
    }
}

package dev.bailiwick.server.account.authentication;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Where a request comes from.
 *
 * @param address the IP address of the client
 * @param device what its browser calls itself: at most 200 printable characters of ASCII, possibly none
 */
public record Origin(String address, String device) {

    private static final int MAX_DEVICE = 200;

    public static Origin of(HttpServletRequest request) {
        return new Origin(request.getRemoteAddr(), printable(request.getHeader(HttpHeaders.USER_AGENT)));
    }

    /** A header can have any bytes: everything that is not printable becomes a question mark. */
    private static String printable(@Nullable String header) {
        if (header == null) {
            return "";
        }
        String text = header.substring(0, Math.min(header.length(), MAX_DEVICE));
        return text.replaceAll("[^ -~]", "?").strip();
    }
}

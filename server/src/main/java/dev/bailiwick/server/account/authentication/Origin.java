package dev.bailiwick.server.account.authentication;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.modulith.NamedInterface;

/**
 * Where a request or a connection comes from.
 *
 * @param address the IP address of the client
 * @param device what its browser or program calls itself: at most 200 printable characters of ASCII, possibly none
 */
@NamedInterface("signin")
public record Origin(String address, String device) {

    private static final int MAX_DEVICE = 200;

    public static Origin of(HttpServletRequest request) {
        return of(request.getRemoteAddr(), request.getHeader(HttpHeaders.USER_AGENT));
    }

    /** @param client what the client of another protocol calls itself; may be any text */
    public static Origin of(String address, @Nullable String client) {
        return new Origin(address, printable(client));
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

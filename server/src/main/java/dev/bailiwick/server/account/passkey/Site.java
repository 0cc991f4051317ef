package dev.bailiwick.server.account.passkey;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of the server and the origin that a browser shows. A passkey belongs to the name, and browsers accept no address for one.
 *
 * @param origin for example {@code https://panel.example.org:8443}
 */
public record Site(String name, String origin) {

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[.*|.*:.*");

    /** Returns the site of the request, whose name the server answers to; empty if the browser names an address. */
    public static Optional<Site> of(HttpServletRequest request) {
        String name = request.getServerName();
        int port = request.getServerPort();
        boolean usual = port == (request.getScheme().equals("https") ? 443 : 80);
        String origin = request.getScheme() + "://" + name + (usual ? "" : ":" + port);
        return ADDRESS.matcher(name).matches() ? Optional.empty() : Optional.of(new Site(name, origin));
    }
}

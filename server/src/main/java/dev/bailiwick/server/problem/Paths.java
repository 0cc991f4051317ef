package dev.bailiwick.server.problem;

import jakarta.servlet.http.HttpServletRequest;

/** Which requests are a program's and which a browser's. */
final class Paths {

    private Paths() {}

    static boolean isApi(HttpServletRequest request) {
        return isApi(request.getRequestURI());
    }

    static boolean isApi(String path) {
        return path.equals("/api") || path.startsWith("/api/");
    }
}

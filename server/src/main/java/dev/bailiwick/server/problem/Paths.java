package dev.bailiwick.server.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;

/** Which requests are a program's and which a browser's. */
final class Paths {

    private Paths() {}

    /** By the path that was asked for, also while an error of it is answered. */
    static boolean isApi(HttpServletRequest request) {
        return isApi(
                request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String failed
                        ? failed
                        : request.getRequestURI());
    }

    /** Also where the path is spelt so that it is rejected: whoever sent it gets an answer in their form. */
    static boolean isApi(String path) {
        String read = Spelling.isPlain(path) ? path : Spelling.read(path);
        return read.equals("/api") || read.startsWith("/api/");
    }
}

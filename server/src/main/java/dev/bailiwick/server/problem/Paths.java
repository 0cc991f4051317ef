package dev.bailiwick.server.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;

/** Distinguishes requests of programs from requests of browsers. */
public final class Paths {

    private Paths() {}

    /** Whether the request is for the API; while an error is being answered, the original path counts. */
    public static boolean isApi(HttpServletRequest request) {
        return isApi(
                request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String failed
                        ? failed
                        : request.getRequestURI());
    }

    /**
     * Whether the path belongs to the API. A path that is not plain is decoded first, so that its rejection has the expected form.
     */
    public static boolean isApi(String path) {
        String read = Spelling.isPlain(path) ? path : Spelling.read(path);
        return read.equals("/api") || read.startsWith("/api/");
    }
}

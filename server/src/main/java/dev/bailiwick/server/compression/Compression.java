package dev.bailiwick.server.compression;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.WebUtils;

/**
 * Compresses answers with gzip for clients that accept it. Tomcat's own compression cannot be used: if a user leaves a page that is
 * still loading, it writes again to the closed HTTP/2 stream. Tomcat takes that for a failure of the connection, and ends it with
 * all other requests of that browser.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
class Compression extends OncePerRequestFilter {

    /** An answer that another thread writes is finished in an async dispatch. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        CompressedResponse begun = WebUtils.getNativeResponse(response, CompressedResponse.class);
        if (begun == null && (request.getMethod().equals("HEAD") || !isAccepted(request))) {
            chain.doFilter(request, response);
            return;
        }
        CompressedResponse compressed = begun == null ? new CompressedResponse(response) : begun;
        try {
            chain.doFilter(request, begun == null ? compressed : response);
        } catch (IOException | ServletException | RuntimeException e) {
            // The container answers instead, without compression.
            if (!response.isCommitted()) {
                compressed.resetBuffer();
            }
            throw e;
        }
        if (!request.isAsyncStarted()) {
            compressed.finish();
        }
    }

    private static boolean isAccepted(HttpServletRequest request) {
        @Nullable String accepted = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        if (accepted == null) {
            return false;
        }
        for (String coding : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = coding.strip().split("\\s*;\\s*", 2);
            if (parts[0].equals("gzip")) {
                return parts.length == 1 || !parts[1].matches("q=0(\\.0*)?");
            }
        }
        return false;
    }
}

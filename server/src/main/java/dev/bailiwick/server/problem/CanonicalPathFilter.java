package dev.bailiwick.server.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Accepts a path only in its plain form, before any other filter that reads it: so all filters and the dispatcher compare the same
 * text. Rejects a path with dot segments, empty segments, parameters, unneeded escapes, or escapes that cannot be decoded. Also
 * rejects a query that cannot be decoded, as the first read of a parameter would fail but later reads would return some.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class CanonicalPathFilter extends OncePerRequestFilter {

    private final ProblemWriter problems;

    CanonicalPathFilter(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!Spelling.isPlain(request.getRequestURI())) {
            problems.answer(request, response, new NonCanonicalPath());
        } else if (!Spelling.isReadable(request.getQueryString())) {
            reject(request, response);
        } else {
            chain.doFilter(request, response);
        }
    }

    /** The error page reads parameters. Without a body, the first reader can be this one, which meets the fault. */
    private void reject(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (Paths.isApi(request) || request.getMethod().equals("POST")) {
            problems.document(request, response, new UnreadableQuery());
        } else {
            ReadableForms.fault(request);
            problems.answer(request, response, new UnreadableQuery());
        }
    }
}

package dev.bailiwick.server.request;

import dev.bailiwick.server.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Rejects requests for names that are not this server's, before any other filter: so DNS rebinding fails, and no link has a host
 * name from a forged header.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class ServerNameFilter extends OncePerRequestFilter {

    private final ServerNames names;
    private final ProblemWriter problems;

    ServerNameFilter(ServerNames names, ProblemWriter problems) {
        this.names = names;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader(HttpHeaders.HOST);
        String local = request.getLocalAddr();
        // Checks the header and the resulting name, as headers of a proxy may change the latter.
        boolean known = (header == null || names.include(header, local)) && names.include(asHeader(request), local);
        if (known) {
            chain.doFilter(request, response);
        } else {
            problems.document(request, response, new UnknownServerName());
        }
    }

    private static String asHeader(HttpServletRequest request) {
        String name = request.getServerName();
        return name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
    }
}

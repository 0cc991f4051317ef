package dev.bailiwick.server.problem;

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
 * Lets through what is asked of this server by one of its names, before any other filter: a page of elsewhere whose name is made to lead
 * here gets nothing, and no link is written with a name that whoever asks has made up.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class OneName extends OncePerRequestFilter {

    private final KnownNames names;
    private final Answers answers;

    OneName(KnownNames names, Answers answers) {
        this.names = names;
        this.answers = answers;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader(HttpHeaders.HOST);
        String local = request.getLocalAddr();
        // What the header says, and what is made of it: a proxy's headers may have a say in that.
        boolean known = (header == null || names.include(header, local)) && names.include(asHeader(request), local);
        if (known) {
            chain.doFilter(request, response);
        } else {
            answers.document(request, response, new UnknownName());
        }
    }

    private static String asHeader(HttpServletRequest request) {
        String name = request.getServerName();
        return name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
    }
}

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
 * Lets a path through in one spelling only, before any other filter that looks at one: so what each filter and the dispatcher compare is the same text. A
 * path with dot segments, empty segments, parameters, or an escape that it does not need, is rejected, as is what cannot be decoded.
 * A query that cannot be decoded is rejected too: whoever asks for a parameter first would fail, and whoever asks next would find some.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class OnePath extends OncePerRequestFilter {

    private final Answers answers;

    OnePath(Answers answers) {
        this.answers = answers;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!Spelling.isPlain(request.getRequestURI())) {
            answers.answer(request, response, new UnusualPath());
        } else if (!Spelling.isReadable(request.getQueryString())) {
            answers.answer(request, response, new UnreadableQuery());
        } else {
            chain.doFilter(request, response);
        }
    }
}

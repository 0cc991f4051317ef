package dev.bailiwick.server.request;

import dev.bailiwick.server.problem.Paths;
import dev.bailiwick.server.problem.ProblemWriter;
import dev.bailiwick.server.problem.Spelling;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Accepts a path only in its plain form, before any other filter that reads it: so all filters and the dispatcher compare the same
 * text. Rejects a path with dot segments, empty segments, parameters, unneeded escapes, or escapes that cannot be decoded. Also
 * rejects a query that cannot be decoded, as the first read of a parameter would fail but later reads would return some, and a type
 * of the body at which Spring fails.
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
        Optional<UnreadableType> unreadable = unreadableType(request);
        if (request.getDispatcherType() == DispatcherType.ERROR) {
            renderable(request);
            chain.doFilter(request, response);
        } else if (unreadable.isPresent()) {
            // First, and not on a page, whose rendering fails at such a charset, too.
            problems.document(request, response, unreadable.get());
        } else if (!Spelling.isPlain(request.getRequestURI())) {
            problems.answer(request, response, new NonCanonicalPath());
        } else if (!Spelling.isReadable(request.getQueryString())) {
            reject(request, response);
        } else {
            chain.doFilter(request, response);
        }
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    /** Lets the page about a fault be rendered if Tomcat has rejected the request before this filter saw it. */
    private static void renderable(HttpServletRequest request) throws IOException {
        if (unreadableType(request).isPresent()) {
            request.setCharacterEncoding(StandardCharsets.UTF_8.name());
        }
    }

    private static Optional<UnreadableType> unreadableType(HttpServletRequest request) {
        String type = request.getContentType();
        String charset = request.getCharacterEncoding();
        try {
            boolean isKnown = charset == null || Charset.isSupported(charset);
            if (type == null || type.isBlank()) {
                return isKnown ? Optional.empty() : Optional.of(UnreadableType.header());
            }
            MediaType parsed = MediaType.parseMediaType(type);
            // Spring reads a form that is sent to the API, too, and fails if it cannot be decoded.
            boolean isForm = MediaType.APPLICATION_FORM_URLENCODED.isCompatibleWith(parsed);
            if (isForm && Paths.isApi(request)) {
                return Optional.of(UnreadableType.form());
            }
            return isKnown && parsed.isConcrete() ? Optional.empty() : Optional.of(UnreadableType.header());
        } catch (InvalidMediaTypeException | IllegalCharsetNameException e) {
            return Optional.of(UnreadableType.header());
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

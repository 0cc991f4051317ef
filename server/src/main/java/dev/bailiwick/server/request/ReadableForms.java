package dev.bailiwick.server.request;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Reads the form of a page before any other filter does, and rejects one that cannot be decoded or contains NUL. Tomcat reports a
 * fault only to the first reader.
 */
public final class ReadableForms extends OncePerRequestFilter {

    /**
     * The name of a field: a row of a list has its number in brackets. Spring's binding fails on other brackets, and on more rows than a
     * form can have; and a form whose session has ended is bound before its fields are compared with those of the page.
     */
    private static final Pattern NAME = Pattern.compile("[^\\[\\]]*(\\[\\d{1,4}][^\\[\\]]*)*");

    private static final Pattern ROW = Pattern.compile("\\[(\\d+)]");

    private final ProblemWriter problems;

    public ReadableForms(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Failure> fault = fault(request);
        if (fault.isPresent()) {
            problems.answer(request, response, fault.get());
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Returns what is wrong with the query and the form of a request to a page. */
    static Optional<Failure> fault(HttpServletRequest request) {
        try {
            boolean isText = request.getParameterMap().entrySet().stream()
                    .allMatch(parameter -> isText(parameter.getKey())
                            && isName(parameter.getKey())
                            && Arrays.stream(parameter.getValue()).allMatch(ReadableForms::isText));
            return isText ? Optional.empty() : Optional.of(new UnreadableQuery());
        } catch (InvalidParameterException unreadable) {
            return Optional.of(
                    unreadable.getErrorCode() == HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE
                            ? new BodyTooLarge(DataSize.ofBytes(Bound.OPERATORS_FORM_BYTES.value()))
                            : new UnreadableQuery());
        }
    }

    private static boolean isName(String name) {
        return NAME.matcher(name).matches()
                && ROW.matcher(name)
                        .results()
                        .allMatch(row -> Integer.parseInt(row.group(1)) < Bound.REQUEST_PARAMETERS.value());
    }

    /** @param text null for a parameter without a value, in some containers */
    private static boolean isText(@Nullable String text) {
        return text == null || text.indexOf('\0') < 0;
    }
}

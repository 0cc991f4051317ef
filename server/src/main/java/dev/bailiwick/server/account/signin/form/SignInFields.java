package dev.bailiwick.server.account.signin.form;

import dev.bailiwick.server.problem.ProblemWriter;
import dev.bailiwick.server.request.UnknownParameter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.springframework.web.filter.OncePerRequestFilter;

/** Rejects unknown fields of the forms that filters read: those for signing in and out. */
public final class SignInFields extends OncePerRequestFilter {

    private static final Set<String> SIGN_IN = Set.of("_csrf", "login", "password");
    private static final Set<String> SIGN_OUT = Set.of("_csrf");

    private final ProblemWriter problems;

    public SignInFields(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("POST")
                || !request.getRequestURI().equals(ExpiredSessionRequests.SIGN_IN)
                        && !request.getRequestURI().equals(ExpiredSessionRequests.SIGN_OUT);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean in = request.getRequestURI().equals(ExpiredSessionRequests.SIGN_IN);
        List<String> unknown = request.getParameterMap().keySet().stream()
                .filter(name -> in ? !SIGN_IN.contains(name) && !CarriedForm.isPart(name) : !SIGN_OUT.contains(name))
                .sorted()
                .toList();
        if (unknown.isEmpty()) {
            chain.doFilter(request, response);
        } else {
            problems.answer(request, response, UnknownParameter.named(unknown));
        }
    }
}

package dev.bailiwick.server.account.signin.form;

import dev.bailiwick.server.problem.ProblemWriter;
import dev.bailiwick.server.request.UnknownParameter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.web.filter.OncePerRequestFilter;

/** Rejects unknown fields of the forms that filters read: those for signing in and out. */
public final class SignInFields extends OncePerRequestFilter {

    /** The fields of each form. Those that carry another form over a sign-in are allowed in forms for signing in. */
    private static final Map<String, Set<String>> FORMS = Map.of(
            ExpiredSessionRequests.SIGN_IN, Set.of("_csrf", "login", "password"),
            ExpiredSessionRequests.SIGN_IN_CODE, Set.of("_csrf", "code"),
            ExpiredSessionRequests.SIGN_IN_PASSKEY, Set.of("_csrf", "credential"),
            ExpiredSessionRequests.CONFIRM, Set.of("_csrf", "current", "code"),
            ExpiredSessionRequests.SIGN_OUT, Set.of("_csrf"));

    private final ProblemWriter problems;

    public SignInFields(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("POST") || !FORMS.containsKey(request.getRequestURI());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String path = request.getRequestURI();
        Set<String> known = FORMS.getOrDefault(path, Set.of());
        boolean in = !path.equals(ExpiredSessionRequests.SIGN_OUT);
        List<String> unknown = request.getParameterMap().keySet().stream()
                .filter(name -> !known.contains(name) && !(in && CarriedForm.isPart(name)))
                .sorted()
                .toList();
        if (unknown.isEmpty()) {
            chain.doFilter(request, response);
        } else {
            problems.answer(request, response, UnknownParameter.named(unknown));
        }
    }
}

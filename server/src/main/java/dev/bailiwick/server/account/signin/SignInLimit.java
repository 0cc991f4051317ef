package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.account.signin.form.CarriedForm;
import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/** Counts the attempts to sign in, and rejects those above the limit. */
final class SignInLimit extends OncePerRequestFilter {

    private final PasswordAttempts attempts;

    SignInLimit(PasswordAttempts attempts) {
        this.attempts = attempts;
    }

    /** Returns the login at which the request tries to sign in. */
    static String login(HttpServletRequest request) {
        return String.valueOf(request.getParameter("login"));
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("POST")
                || !request.getRequestURI().equals(request.getContextPath() + "/sign-in");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (attempts.permits(request, login(request))) {
            chain.doFilter(request, response);
            return;
        }
        response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(PasswordAttempts.PERIOD.toSeconds()));
        ExpiredSessionRequests.Reason.LIMITED.show(request, response, CarriedForm.broughtBy(request));
    }
}

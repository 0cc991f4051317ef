package dev.bailiwick.server.account.signin.code;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.signin.form.CarriedForm;
import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests;
import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests.Reason;
import dev.bailiwick.server.account.signin.password.CodeRequired;
import dev.bailiwick.server.account.signin.password.FailedSignIns;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.signin.password.PasswordCheckLimit;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.signin.password.TooManySignIns;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.stereotype.Component;

/** Signs people in by a code, after their password or a provider; asks for it after that was right. */
@Component
public class CodeSignIn {

    private final SecondFactors factors;
    private final PendingSignIns pending;
    private final FailedSignIns failed;
    private final PasswordAttempts attempts;
    private final PasswordCheckLimit turns;
    private final Clock clock;

    CodeSignIn(
            SecondFactors factors,
            PendingSignIns pending,
            FailedSignIns failed,
            PasswordAttempts attempts,
            PasswordCheckLimit turns,
            Clock clock) {
        this.factors = factors;
        this.pending = pending;
        this.failed = failed;
        this.attempts = attempts;
        this.turns = turns;
        this.clock = clock;
    }

    /** Returns what answers a sign-in by password that failed: if only the code is missing, it asks for one. */
    public AuthenticationFailureHandler after(AuthenticationFailureHandler otherwise) {
        return (request, response, failure) -> {
            if (failure instanceof CodeRequired first) {
                attempts.right(request, String.valueOf(request.getParameter("login")));
                pending.begin(first, response);
                Reason.CODE.show(request, response, CarriedForm.broughtBy(request));
            } else {
                if (failure instanceof BadCredentialsException) {
                    failed.count(String.valueOf(request.getParameter("login")), "password", request);
                }
                otherwise.onAuthenticationFailure(request, response, failure);
            }
        };
    }

    /** Has somebody who comes from a provider show a code, on {@link ExpiredSessionRequests#SIGN_IN_CODE}, before they are signed in. */
    public void begin(CodeRequired first, HttpServletResponse response) {
        pending.begin(first, response);
    }

    /** Returns the filter that reads the form with the code. */
    public AbstractAuthenticationProcessingFilter filter() {
        AbstractAuthenticationProcessingFilter filter =
                new AbstractAuthenticationProcessingFilter(PathPatternRequestMatcher.withDefaults()
                        .matcher(HttpMethod.POST, ExpiredSessionRequests.SIGN_IN_CODE)) {
                    @Override
                    public Authentication attemptAuthentication(
                            HttpServletRequest request, HttpServletResponse response) {
                        return signIn(request, response);
                    }
                };
        filter.setAuthenticationFailureHandler(this::refuse);
        return filter;
    }

    private Authentication signIn(HttpServletRequest request, HttpServletResponse response) {
        PendingSignIns.Pending first = pending.of(request).orElseThrow(NotPending::new);
        Caller caller = first.caller();
        try {
            if (!attempts.permits(request, caller.login())) {
                throw new TooManyAttempts();
            }
            Optional<Factor> second = turns.take(() -> factors.accept(caller.user(), request.getParameter("code")));
            if (second.isEmpty()) {
                failed.count(caller.login(), "code", request);
            }
            Factor shown = second.orElseThrow(() -> new BadCredentialsException("The code is not right"));
            attempts.right(request, caller.login());
            pending.end(response);
            return new CallerAuthentication(caller, first.shown().and(shown, clock.instant()), first.identity());
        } catch (Failure notNow) {
            throw new AuthenticationServiceException(notNow.detail(), notNow);
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException, ServletException {
        Reason reason = switch (failure.getCause()) {
            case TooManyAttempts _ -> Reason.LIMITED_CODE;
            case TooManyCodes _ -> Reason.TOO_MANY_CODES;
            case TooManySignIns _ -> Reason.BUSY_CODE;
            case null, default -> failure instanceof NotPending ? Reason.STALE : Reason.WRONG_CODE;
        };
        reason.show(request, response, CarriedForm.broughtBy(request));
    }

    /** The browser has begun no sign-in, or too long ago. */
    private static final class NotPending extends AuthenticationException {

        private static final long serialVersionUID = 1L;

        NotPending() {
            super("No sign-in waits for a code");
        }
    }
}

package dev.bailiwick.server.account.signin.passkey;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.passkey.PasskeyRefused;
import dev.bailiwick.server.account.passkey.Passkeys;
import dev.bailiwick.server.account.passkey.Site;
import dev.bailiwick.server.account.signin.form.CarriedForm;
import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests;
import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests.Reason;
import dev.bailiwick.server.account.signin.password.FailedSignIns;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.stereotype.Component;

/** Signs people in by a passkey, which counts as both factors. */
@Component
public class PasskeySignIn {

    private final Passkeys passkeys;
    private final Challenges challenges;
    private final PasswordAttempts attempts;
    private final FailedSignIns failed;
    private final Clock clock;

    PasskeySignIn(
            Passkeys passkeys, Challenges challenges, PasswordAttempts attempts, FailedSignIns failed, Clock clock) {
        this.failed = failed;
        this.passkeys = passkeys;
        this.challenges = challenges;
        this.attempts = attempts;
        this.clock = clock;
    }

    /** Returns the filter that reads what the browser answered. */
    public AbstractAuthenticationProcessingFilter filter() {
        AbstractAuthenticationProcessingFilter filter =
                new AbstractAuthenticationProcessingFilter(PathPatternRequestMatcher.withDefaults()
                        .matcher(HttpMethod.POST, ExpiredSessionRequests.SIGN_IN_PASSKEY)) {
                    @Override
                    public Authentication attemptAuthentication(
                            HttpServletRequest request, HttpServletResponse response) {
                        return signIn(request, response);
                    }
                };
        filter.setAuthenticationFailureHandler(PasskeySignIn::refuse);
        return filter;
    }

    private Authentication signIn(HttpServletRequest request, HttpServletResponse response) {
        if (!attempts.permits(request)) {
            TooManyAttempts limited = new TooManyAttempts();
            throw new AuthenticationServiceException(limited.detail(), limited);
        }
        try {
            Challenges.Challenge challenge = challenges.of(request).orElseThrow(PasskeySignIn::refused);
            Site site = Site.of(request).orElseThrow(PasskeySignIn::refused);
            String credential = Objects.requireNonNullElse(request.getParameter("credential"), "");
            Caller caller = passkeys.signIn(site, challenge.bytes().getBytes(), challenge.left(), credential);
            challenges.end(response);
            return new CallerAuthentication(caller, Factors.of(Factor.PASSKEY, clock.instant()));
        } catch (PasskeyRefused refused) {
            // Nobody knows whose it is.
            failed.count("", "passkey", request);
            throw new BadCredentialsException(refused.detail(), refused);
        }
    }

    private static AuthenticationException refused() {
        return new BadCredentialsException("There is no challenge");
    }

    private static void refuse(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException, ServletException {
        Reason reason = failure.getCause() instanceof TooManyAttempts ? Reason.LIMITED : Reason.PASSKEY_REFUSED;
        reason.show(request, response, CarriedForm.broughtBy(request));
    }
}

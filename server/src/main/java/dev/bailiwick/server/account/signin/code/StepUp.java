package dev.bailiwick.server.account.signin.code;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.signin.form.CarriedForm;
import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests;
import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests.Reason;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.signin.password.PasswordCheckLimit;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.signin.password.TooManySignIns;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.authorization.AllRequiredFactorsAuthorizationManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Asks people of the pages to confirm that it is them, before what outlives their session: a new token, another way to sign in, more
 * or less rights of people. Who has shown the second factor in the last ten minutes, or the password if they have none, is not asked.
 * Staff that acts as a user confirms that it is the staff.
 */
@Component
public class StepUp implements AuthorizationManager<RequestAuthorizationContext> {

    static final Duration VALID = Duration.ofMinutes(10);

    private final SecondFactors second;
    private final UserPasswords passwords;
    private final PasswordAttempts attempts;
    private final PasswordCheckLimit turns;
    private final Clock clock;
    private final AuthorizationManager<RequestAuthorizationContext> withSecondFactor;
    private final AuthorizationManager<RequestAuthorizationContext> withoutSecondFactor;

    StepUp(
            SecondFactors second,
            UserPasswords passwords,
            PasswordAttempts attempts,
            PasswordCheckLimit turns,
            Clock clock) {
        this.second = second;
        this.passwords = passwords;
        this.attempts = attempts;
        this.turns = turns;
        this.clock = clock;
        this.withSecondFactor = anyOf(clock, Factor.CODE, Factor.RECOVERY_CODE, Factor.PASSKEY);
        this.withoutSecondFactor = anyOf(clock, Factor.PASSWORD, Factor.OIDC, Factor.INVITATION, Factor.PASSKEY);
    }

    private static AuthorizationManager<RequestAuthorizationContext> anyOf(Clock clock, Factor... factors) {
        Stream<AuthorizationManager<RequestAuthorizationContext>> recent = Arrays.stream(factors)
                .map(factor -> {
                    var one = AllRequiredFactorsAuthorizationManager.<RequestAuthorizationContext>builder()
                            .requireFactor(required ->
                                    required.authority(factor.authority()).validDuration(VALID))
                            .build();
                    one.setClock(clock);
                    return one;
                });
        var all = recent.toList();
        return (authentication, request) -> new AuthorizationDecision(all.stream()
                .map(one -> one.authorize(authentication, request))
                .anyMatch(result -> result != null && result.isGranted()));
    }

    /** The decision that the user has to confirm that it is them. */
    public static final class Needed extends AuthorizationDecision {
        Needed() {
            super(false);
        }
    }

    @Override
    public AuthorizationResult authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext request) {
        if (!(authentication.get() instanceof CallerAuthentication known)) {
            return new AuthorizationDecision(false);
        }
        AuthorizationManager<RequestAuthorizationContext> needed =
                second.isOn(known.getPrincipal().signedIn().user()) ? withSecondFactor : withoutSecondFactor;
        AuthorizationResult result = needed.authorize(authentication, request);
        return result != null && result.isGranted() ? result : new Needed();
    }

    /** Returns what answers a request that is not allowed: if only the confirmation is missing, it asks for it. */
    public AccessDeniedHandler before(AccessDeniedHandler otherwise, RequestCache paths) {
        return (request, response, why) -> {
            if (!(why instanceof AuthorizationDeniedException denied
                    && denied.getAuthorizationResult() instanceof Needed)) {
                otherwise.handle(request, response, why);
                return;
            }
            paths.saveRequest(request, response);
            Reason.CONFIRM.show(
                    request,
                    response,
                    request.getMethod().equals("POST")
                            ? CarriedForm.sentBy(request, caller().user().toString())
                            : Optional.empty());
        };
    }

    /** Returns the filter that reads the form with the confirmation; it comes after all that decides about requests. */
    public Filter filter(ExpiredSessionRequests then) {
        return new OncePerRequestFilter() {
            @Override
            protected boolean shouldNotFilter(HttpServletRequest request) {
                return !request.getMethod().equals("POST")
                        || !request.getRequestURI().equals(ExpiredSessionRequests.CONFIRM);
            }

            @Override
            protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws ServletException, IOException {
                confirm(request, response, then);
            }
        };
    }

    private void confirm(HttpServletRequest request, HttpServletResponse response, ExpiredSessionRequests then)
            throws ServletException, IOException {
        Caller caller = caller();
        Optional<Factor> shown;
        try {
            if (!attempts.permits(request, caller.signedIn().login())) {
                throw new TooManyAttempts();
            }
            shown = turns.take(() -> shown(caller.signedIn().user(), request));
        } catch (Failure notNow) {
            reason(notNow).show(request, response, CarriedForm.broughtBy(request));
            return;
        }
        if (shown.isEmpty()) {
            Reason.NOT_CONFIRMED.show(request, response, CarriedForm.broughtBy(request));
            return;
        }
        attempts.right(request, caller.signedIn().login());
        SessionUser.shown(shown.get(), clock.instant(), request);
        request.setAttribute("confirmed", true);
        then.proceed(request, response, new CallerAuthentication(caller));
    }

    private static Reason reason(Failure notNow) {
        return switch (notNow) {
            case TooManyCodes _ -> Reason.CONFIRM_CODES;
            case TooManySignIns _ -> Reason.CONFIRM_BUSY;
            default -> Reason.CONFIRM_LIMITED;
        };
    }

    private Optional<Factor> shown(UserId user, HttpServletRequest request) {
        if (second.isOn(user)) {
            return second.accept(user, request.getParameter("code"));
        }
        return passwords.matches(user, request.getParameter("current"))
                ? Optional.of(Factor.PASSWORD)
                : Optional.empty();
    }

    private static Caller caller() {
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        if (known != null && known.getPrincipal() instanceof Caller caller) {
            return caller;
        }
        throw new InsufficientAuthenticationException("Nobody is signed in");
    }
}

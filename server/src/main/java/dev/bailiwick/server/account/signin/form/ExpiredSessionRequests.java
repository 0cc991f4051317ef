package dev.bailiwick.server.account.signin.form;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.signin.password.TooManySignIns;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.AccessDeniedHandlerImpl;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.csrf.CsrfException;

/**
 * Answers requests whose session has ended. A request for a page leads to sign-in and back. A request for a part of a page gets the
 * status 401, and the page keeps its content. A form is carried over sign-in and shown again ({@link CarriedForm}); so is a form
 * from before a sign-in that happened meanwhile.
 *
 * <p>Only forms from pages of this origin are carried: a form of another site would be shown as if the user had filled it in.
 */
public final class ExpiredSessionRequests
        implements AuthenticationEntryPoint,
                AccessDeniedHandler,
                AuthenticationSuccessHandler,
                AuthenticationFailureHandler {

    public static final String SIGN_IN = "/sign-in";

    public static final String SIGN_IN_CODE = "/sign-in/code";

    public static final String SIGN_IN_PASSKEY = "/sign-in/passkey";

    /** Where people confirm that it is them. */
    public static final String CONFIRM = "/account/confirm";

    public static final String SIGN_OUT = "/sign-out";

    /** A path that only forwards reach. */
    static final String SIGN_IN_PAGE = "/sign-in-page";

    /** A path that only forwards reach. */
    public static final String CODE_PAGE = "/sign-in-code-page";

    /** A path that only forwards reach. */
    public static final String CONFIRM_PAGE = "/confirm-page";

    /** The prefix of the path that shows a form again; the form's path follows. */
    static final String SHOWN_AGAIN = "/carried";

    private final AuthenticationEntryPoint pages = new LoginUrlAuthenticationEntryPoint(SIGN_IN);
    private final AccessDeniedHandler denied = new AccessDeniedHandlerImpl();
    private final AuthenticationSuccessHandler returning;
    private final SignedCsrfTokens tokens;

    /** @param returning redirects after a sign-in without a carried form */
    public ExpiredSessionRequests(AuthenticationSuccessHandler returning, SignedCsrfTokens tokens) {
        this.returning = returning;
        this.tokens = tokens;
    }

    /** The reason for showing the sign-in page; its text is the message {@code sign-in.} with this name. */
    public enum Reason {
        ENDED(HttpStatus.UNAUTHORIZED),
        TOO_LARGE(HttpStatus.UNAUTHORIZED),
        FOREIGN(HttpStatus.FORBIDDEN),
        STALE(HttpStatus.FORBIDDEN),
        FAILED(HttpStatus.UNAUTHORIZED),
        LIMITED(HttpStatus.TOO_MANY_REQUESTS),
        BUSY(HttpStatus.SERVICE_UNAVAILABLE),
        PASSKEY_REFUSED(HttpStatus.UNAUTHORIZED),
        CODE(HttpStatus.OK, CODE_PAGE),
        WRONG_CODE(HttpStatus.UNAUTHORIZED, CODE_PAGE),
        LIMITED_CODE(HttpStatus.TOO_MANY_REQUESTS, CODE_PAGE),
        TOO_MANY_CODES(HttpStatus.TOO_MANY_REQUESTS, CODE_PAGE),
        BUSY_CODE(HttpStatus.SERVICE_UNAVAILABLE, CODE_PAGE),
        CONFIRM(HttpStatus.FORBIDDEN, CONFIRM_PAGE),
        NOT_CONFIRMED(HttpStatus.FORBIDDEN, CONFIRM_PAGE),
        CONFIRM_LIMITED(HttpStatus.TOO_MANY_REQUESTS, CONFIRM_PAGE),
        CONFIRM_CODES(HttpStatus.TOO_MANY_REQUESTS, CONFIRM_PAGE),
        CONFIRM_BUSY(HttpStatus.SERVICE_UNAVAILABLE, CONFIRM_PAGE);

        private final HttpStatus status;
        private final String page;

        Reason(HttpStatus status) {
            this(status, SIGN_IN_PAGE);
        }

        Reason(HttpStatus status, String page) {
            this.status = status;
            this.page = page;
        }

        /** Shows the sign-in page with the typed login and the form that it carries. */
        public void show(HttpServletRequest request, HttpServletResponse response, Optional<CarriedForm> carried)
                throws IOException, ServletException {
            response.setStatus(status.value());
            request.setAttribute("reason", name().toLowerCase(Locale.ROOT).replace('_', '-'));
            carried.ifPresent(form -> {
                request.setAttribute(CarriedForm.ATTRIBUTE, form);
                request.setAttribute("carriedFields", form.hidden());
            });
            if (request.getRequestURI().equals(SIGN_IN)) {
                request.setAttribute("login", request.getParameter("login"));
            }
            if (page.equals(CONFIRM_PAGE)) {
                request.setAttribute("confirming", true);
            }
            request.getRequestDispatcher(page).forward(request, response);
        }
    }

    /** Answers a request without a signed-in user. */
    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException missing)
            throws IOException, ServletException {
        if (isPartOfAPage(request)) {
            response.sendError(HttpStatus.UNAUTHORIZED.value());
        } else if (request.getMethod().equals("POST")) {
            late(request, response);
        } else {
            pages.commence(request, response, missing);
        }
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException why)
            throws IOException, ServletException {
        if (!(why instanceof CsrfException)) {
            denied.handle(request, response, why);
        } else if (isPartOfAPage(request)) {
            response.sendError(HttpStatus.UNAUTHORIZED.value());
        } else {
            late(request, response);
        }
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException, ServletException {
        proceed(request, response, authentication);
    }

    /** Shows the form again that the request carries, or the page that the user wanted to see before. */
    public void proceed(HttpServletRequest request, HttpServletResponse response, Authentication user)
            throws IOException, ServletException {
        Optional<CarriedForm> carried = CarriedForm.broughtBy(request);
        if (carried.isPresent()) {
            showAgain(request, response, carried.get());
        } else {
            returning.onAuthenticationSuccess(request, response, user);
        }
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException, ServletException {
        Reason reason = failure.getCause() instanceof TooManySignIns ? Reason.BUSY : Reason.FAILED;
        reason.show(request, response, CarriedForm.broughtBy(request));
    }

    /** Answers a form whose CSRF token is invalid: its session has ended, another session has begun, or the form is forged. */
    private void late(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        boolean signedIn = caller().isPresent();
        String path = request.getRequestURI();
        if (!isFromHere(request)) {
            if (signedIn) {
                response.sendError(HttpStatus.FORBIDDEN.value());
            } else {
                Reason.FOREIGN.show(request, response, Optional.empty());
            }
        } else if (path.equals(SIGN_OUT)) {
            response.sendRedirect(signedIn ? "/jails" : SIGN_IN + "?signedOut");
        } else if (path.equals(CONFIRM)) {
            response.sendRedirect("/account");
        } else if (path.startsWith("/sign-in/") && !path.equals(SIGN_IN_PASSKEY)) {
            response.sendRedirect(path);
        } else if (path.equals(SIGN_IN) || path.equals(SIGN_IN_PASSKEY)) {
            lateSignIn(request, response, signedIn);
        } else {
            Optional<CarriedForm> form =
                    CarriedForm.sentBy(request, tokens.owner(request).orElse(""));
            if (form.isEmpty()) {
                Reason.TOO_LARGE.show(request, response, form);
            } else if (signedIn) {
                response.setStatus(HttpStatus.FORBIDDEN.value());
                showAgain(request, response, form.get());
            } else {
                Reason.ENDED.show(request, response, form);
            }
        }
    }

    /** Answers a sign-in page that was open too long, or was sent again by a reload. */
    private static void lateSignIn(HttpServletRequest request, HttpServletResponse response, boolean signedIn)
            throws IOException, ServletException {
        Optional<CarriedForm> carried = CarriedForm.broughtBy(request);
        if (!signedIn) {
            Reason.STALE.show(request, response, carried);
        } else if (carried.isPresent()) {
            showAgain(request, response, carried.get());
        } else {
            response.sendRedirect("/jails");
        }
    }

    private static void showAgain(HttpServletRequest request, HttpServletResponse response, CarriedForm form)
            throws IOException, ServletException {
        request.setAttribute(CarriedForm.ATTRIBUTE, form);
        request.setAttribute(
                "carriedFromAnother",
                !form.user().isEmpty()
                        && caller().map(caller -> !caller.user().toString().equals(form.user()))
                                .orElse(true));
        HttpServletRequest sent = new RestoredRequest(request, form.parameters());
        request.getRequestDispatcher(SHOWN_AGAIN + form.path()).forward(sent, response);
    }

    private static Optional<Caller> caller() {
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        return known != null && known.getPrincipal() instanceof Caller caller ? Optional.of(caller) : Optional.empty();
    }

    private static boolean isPartOfAPage(HttpServletRequest request) {
        String accepted = request.getHeader(HttpHeaders.ACCEPT);
        return request.getHeader("HX-Request") != null
                || accepted != null && accepted.startsWith(MediaType.TEXT_EVENT_STREAM_VALUE);
    }

    /** Whether the browser reports that a page of this origin sent the request; false if the browser does not report it. */
    private static boolean isFromHere(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        return site != null
                ? site.equals("same-origin")
                : origin != null && origin.equals(request.getScheme() + "://" + request.getHeader(HttpHeaders.HOST));
    }

    /** A request with other parameters. */
    private static final class RestoredRequest extends HttpServletRequestWrapper {

        private final Map<String, String[]> parameters;

        RestoredRequest(HttpServletRequest request, Map<String, String[]> parameters) {
            super(request);
            this.parameters = Collections.unmodifiableMap(parameters);
        }

        @Override
        public Map<String, String[]> getParameterMap() {
            return parameters;
        }

        @Override
        public Enumeration<String> getParameterNames() {
            return Collections.enumeration(parameters.keySet());
        }

        @Override
        public String @Nullable [] getParameterValues(String name) {
            return parameters.get(name);
        }

        @Override
        public @Nullable String getParameter(String name) {
            String[] values = parameters.get(name);
            return values == null ? null : values[0];
        }
    }
}

package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer.PathSegment;
import org.springframework.http.server.RequestPath;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/**
 * Checks scopes for all resources alike: {@code /api/v1/jails/…} needs {@code jails:read} for GET and {@code jails:write} for other
 * methods. Policies need {@code jails:read} for any method, as their operations change nothing; a stored policy is part of a jail. So do
 * explanations.
 */
final class ScopeRules implements AuthorizationManager<RequestAuthorizationContext> {

    private static final String ROOT = "/api/v1/";
    private static final String POLICIES = "policies";
    private static final String JAILS = "jails";

    /** What is done to a jail with less than the scope to change it. */
    private static final Set<String> POWER = Set.of("start", "stop", "restart");

    /** A command in a jail. */
    private static final String EXEC = "exec";
    /** The ports of a jail, and connections to one. */
    private static final String PORTS = "ports";

    private static final Set<String> FORWARDS = Set.of("forward", "forward-ticket");

    /** What a jail has written. */
    private static final String LOGS = "logs";
    /** What is in a jail. */
    private static final String FILES = "files";
    /** What only says something of a part of a jail. */
    private static final String EXPLAIN = "explain";

    /** What is sold of a jail is changed with the scope for plans. */
    private static final String PLAN = "plan";

    private static final String PLANS = "plans";

    private static final String CUSTOMERS = "customers";

    /** What is done to a customer itself. */
    private static final Set<String> LIFE = Set.of("suspend", "unsuspend", "restore", "reseller");

    /** The people of a customer. */
    private static final String MEMBERS = "members";

    private static final String INVITATIONS = "invitations";

    /** The networks of a customer are about its jails. */
    private static final String NETWORKS = "networks";

    /** So is its firewall. */
    private static final String FIREWALL = "firewall";

    /** What the caller signs in with, and is signed in by, counts as a token, as all are credentials. */
    private static final Set<String> CREDENTIALS = Set.of(
            "password", "second-factor", "passkeys", "sign-in-methods", "sessions", "ssh-keys", "email", "notices");

    private static final String TOKENS = "tokens";

    /** The files of removed jails count as jails. */
    private static final String KEPT_FILES = "kept-files";

    /** The verification of a sealed month changes nothing. */
    private static final String USAGE = "usage";

    @Override
    public AuthorizationDecision authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        Authentication known = authentication.get();
        if (known == null || !(known.getPrincipal() instanceof Caller caller)) {
            return new AuthorizationDecision(false);
        }
        String[] segments = segments(path(context.getRequest()));
        String resource = segments[0];
        if (resource.equals(JAILS) && segments.length == 3 && POWER.contains(segments[2])) {
            return new AuthorizationDecision(caller.has(Scope.JAILS_POWER));
        }
        boolean forwards = resource.equals(JAILS)
                && segments.length == 5
                && segments[2].equals(PORTS)
                && FORWARDS.contains(segments[4]);
        boolean runs = resource.equals(JAILS) && segments.length >= 3 && segments[2].equals(EXEC);
        if (runs || forwards) {
            return new AuthorizationDecision(caller.has(Scope.JAILS_CONSOLE));
        }
        if (resource.equals(JAILS) && segments.length == 3 && segments[2].equals(LOGS)) {
            return new AuthorizationDecision(caller.has(Scope.JAILS_LOGS));
        }
        if (resource.equals(JAILS) && segments.length >= 3 && segments[2].equals(FILES)) {
            return new AuthorizationDecision(caller.has(Scope.JAILS_FILES));
        }
        if (resource.equals(CUSTOMERS) && segments.length > 2 && !LIFE.contains(segments[2])) {
            resource = switch (segments[2]) {
                case INVITATIONS -> MEMBERS;
                case NETWORKS, FIREWALL -> JAILS;
                default -> segments[2];
            };
        }
        if (resource.equals(JAILS) && segments.length == 3 && segments[2].equals(PLAN) && !reads(context)) {
            resource = PLANS;
        }
        boolean explains = resource.equals(JAILS) && segments.length == 4 && segments[3].equals(EXPLAIN);
        if (resource.equals(POLICIES) || explains) {
            return new AuthorizationDecision(caller.scopes().contains(Scope.JAILS_READ));
        }
        if (CREDENTIALS.contains(resource)) {
            resource = TOKENS;
        }
        if (resource.equals(KEPT_FILES)) {
            resource = JAILS;
        }
        Scope.Access access = reads(context) || resource.equals(USAGE) ? Scope.Access.READ : Scope.Access.WRITE;
        Optional<Scope> needed = Scope.of(resource, access);
        // Resources without a scope can be read by everyone, or do not exist; nobody changes them.
        return new AuthorizationDecision(needed.map(caller::has).orElse(access == Scope.Access.READ));
    }

    private static boolean reads(RequestAuthorizationContext context) {
        String method = context.getRequest().getMethod();
        return method.equals("GET") || method.equals("HEAD");
    }

    /** Returns the path as the controllers see it: decoded, and within the application. */
    private static String path(HttpServletRequest request) {
        return RequestPath.parse(request.getRequestURI(), request.getContextPath())
                .pathWithinApplication()
                .elements()
                .stream()
                .map(element -> element instanceof PathSegment segment ? segment.valueToMatch() : element.value())
                .collect(Collectors.joining());
    }

    /** Returns the segments of the path below the root of the API; at least one, which may be empty. */
    private static String[] segments(String path) {
        String below = path.length() > ROOT.length() ? path.substring(ROOT.length()) : "";
        return below.split("[/:]", -1);
    }
}

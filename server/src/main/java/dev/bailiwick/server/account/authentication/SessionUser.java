package dev.bailiwick.server.account.authentication;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.Token;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.database.RowAccess;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.DeferredSecurityContext;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpRequestResponseHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.util.function.SingletonSupplier;

/**
 * Stores only the user's id in the session. Permissions are looked up for each request, so a change or a disabled user takes effect
 * at once.
 */
public final class SessionUser implements SecurityContextRepository {

    /** Spring Session stores the attribute of this name in a separate column. */
    public static final String USER = FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME;

    /** The attribute with the address from which the session began. */
    public static final String ADDRESS = "address";

    /** The attribute with what the browser called itself when the session began. */
    public static final String DEVICE = "device";

    /** The attribute with the factors that the user has shown. */
    public static final String FACTORS = "factors";

    /** The attribute with the version of the user's password when they showed who they are; none in sessions of before there was one. */
    public static final String PASSWORD_VERSION = "password-version";

    /** The attribute with the account at a provider with which the session began; the schema reads it, too. */
    private static final String IDENTITY = "identity";

    private static final String TOKEN = "token";

    /** The attribute with the id of the user as whom the session's user acts, and that of the customer, with a space between. */
    private static final String ACTING_AS = "acting-as";

    /** A user of a customer. */
    public record Acted(UserId user, CustomerId customer) {}

    private final Users users;
    private final ApiTokens tokens;

    public SessionUser(Users users, ApiTokens tokens) {
        this.users = users;
        this.tokens = tokens;
    }

    /** Returns the token whose link began the session; empty for other sessions. */
    static Optional<TokenId> token(HttpSession session) {
        return session.getAttribute(TOKEN) instanceof String id ? Optional.of(TokenId.parse(id)) : Optional.empty();
    }

    private static Optional<IdentityId> identity(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session != null && session.getAttribute(IDENTITY) instanceof String id
                ? Optional.of(IdentityId.parse(id))
                : Optional.empty();
    }

    /** Ends the session that has just begun no later than this token. */
    public static void boundBy(TokenId token, HttpServletRequest request) {
        request.getSession().setAttribute(TOKEN, token.toString());
    }

    /**
     * Signs the caller in, in a new session: somebody else may know the id of the former one, which also holds another user's
     * data.
     */
    public void signIn(Caller caller, Factors factors, HttpServletRequest request, HttpServletResponse response) {
        signIn(new CallerAuthentication(caller, factors), request, response);
    }

    /** Signs somebody in as {@link #signIn(Caller, Factors, HttpServletRequest, HttpServletResponse)} does. */
    public void signIn(CallerAuthentication known, HttpServletRequest request, HttpServletResponse response) {
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(known);
        SecurityContextHolder.setContext(context);
        saveContext(context, request, response);
    }

    /** Notes that the user of the session has shown a factor again. */
    public static void shown(Factor factor, Instant at, HttpServletRequest request) {
        HttpSession session = request.getSession();
        session.setAttribute(FACTORS, shown(request).and(factor, at).text());
    }

    /** Begins another session for the caller of the request, whose former one has ended by what they did. */
    public void stay(Caller caller, Factors factors, HttpServletRequest request) {
        begin(new CallerAuthentication(caller, factors, identity(request)), request);
    }

    /**
     * Has the session's user act as another one, in another session: pages that are open stay those of the user before, and end.
     *
     * @param user who has signed in
     * @param as empty to act for themselves again
     */
    public static void act(UserId user, Optional<Acted> as, HttpServletRequest request) {
        HttpSession before = request.getSession();
        String factors = shown(request).text();
        @Nullable Object password = before.getAttribute(PASSWORD_VERSION);
        Optional<TokenId> token = token(before);
        Optional<IdentityId> identity = identity(request);
        end(request);
        HttpSession session = begin(user.toString(), factors, password, identity, request);
        token.ifPresent(known -> session.setAttribute(TOKEN, known.toString()));
        as.ifPresent(other -> session.setAttribute(ACTING_AS, other.user() + " " + other.customer()));
    }

    @Override
    public DeferredSecurityContext loadDeferredContext(HttpServletRequest request) {
        // Statements that find out who the caller is cannot have the caller's access.
        var caller = SingletonSupplier.of(() -> RowAccess.nothing().call(() -> caller(request)));
        return new DeferredSecurityContext() {
            @Override
            public SecurityContext get() {
                SecurityContext context = SecurityContextHolder.createEmptyContext();
                caller.obtain()
                        .ifPresent(known -> context.setAuthentication(
                                new CallerAuthentication(known, shown(request), identity(request))));
                return context;
            }

            @Override
            public boolean isGenerated() {
                return caller.obtain().isEmpty();
            }
        };
    }

    @Override
    @SuppressWarnings({"deprecation", "removal"}) // The interface still has it.
    public SecurityContext loadContext(HttpRequestResponseHolder holder) {
        return loadDeferredContext(holder.getRequest()).get();
    }

    /** Begins a session, and records it: all ways to sign in end here. Without a user, ends the session. */
    @Override
    public void saveContext(SecurityContext context, HttpServletRequest request, HttpServletResponse response) {
        if (context.getAuthentication() instanceof CallerAuthentication signedIn) {
            Origin origin = Origin.of(request);
            users.recordSignIn(signedIn.getPrincipal(), signedIn.factors().names(), origin.address(), origin.device());
            begin(signedIn, request);
        } else {
            end(request);
        }
    }

    private static void begin(CallerAuthentication signedIn, HttpServletRequest request) {
        end(request);
        Caller caller = signedIn.getPrincipal();
        HttpSession _ = begin(
                caller.user().toString(),
                signedIn.factors().text(),
                caller.passwordVersion(),
                signedIn.identity(),
                request);
    }

    private static HttpSession begin(
            String user,
            String factors,
            @Nullable Object password,
            Optional<IdentityId> identity,
            HttpServletRequest request) {
        Origin origin = Origin.of(request);
        HttpSession session = request.getSession();
        session.setAttribute(USER, user);
        session.setAttribute(ADDRESS, origin.address());
        session.setAttribute(DEVICE, origin.device());
        session.setAttribute(FACTORS, factors);
        session.setAttribute(PASSWORD_VERSION, password);
        identity.ifPresent(known -> session.setAttribute(IDENTITY, known.toString()));
        return session;
    }

    /** Ends the previous session: a session never changes its user, as a previous user may know its id. */
    private static void end(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
    }

    @Override
    public boolean containsContext(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session != null && session.getAttribute(USER) != null;
    }

    private static Factors shown(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session == null ? Factors.NONE : Factors.parse(session.getAttribute(FACTORS));
    }

    private Optional<Caller> caller(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null || !(session.getAttribute(USER) instanceof String user)) {
            return Optional.empty();
        }
        Optional<TokenId> token = token(session);
        Optional<Caller> own = owner(user, token, request).filter(known -> isOfPassword(session, known));
        return session.getAttribute(ACTING_AS) instanceof String other
                ? own.flatMap(staff -> acting(staff, other.split(" ", 2)))
                : own;
    }

    private Optional<Caller> owner(String user, Optional<TokenId> token, HttpServletRequest request) {
        return token.isEmpty()
                ? users.inSession(UserId.parse(user), identity(request))
                : tokens.inForce(token.get())
                        .filter(known -> known.isAcceptedFrom(InetAddress.ofLiteral(request.getRemoteAddr())))
                        .flatMap(known -> users.inSession(known.user()).map(caller -> within(known, caller)));
    }

    /**
     * Whether the user has the password with which the session began. A change ends the sessions that there are, and not the one of
     * somebody who has just shown the password before.
     */
    private static boolean isOfPassword(HttpSession session, Caller user) {
        return !(session.getAttribute(PASSWORD_VERSION) instanceof String version)
                || version.equals(user.passwordVersion());
    }

    /**
     * Returns the user as whom the staff acts. Empty if the staff may not any more, or there is no such user: a form that is open as
     * the user must not go on as the staff.
     */
    private Optional<Caller> acting(Caller staff, String[] other) {
        return Optional.of(UserId.parse(other[0]))
                .filter(_ -> staff.may(Right.ACT_ON_BEHALF))
                .flatMap(users::inSession)
                .filter(user -> !user.role().isStaff())
                .map(user -> user.actedBy(staff, CustomerId.parse(other[1])));
    }

    /** Returns the caller with no more scopes than the token, whose user may have got another role since, and no longer than it. */
    private static Caller within(Token token, Caller caller) {
        Set<Scope> scopes = caller.scopes().stream()
                .filter(scope -> scope.isIn(token.scopes()))
                .collect(Collectors.toUnmodifiableSet());
        return caller.with(scopes).until(Optional.ofNullable(token.expiresAt())).by(token.id());
    }
}

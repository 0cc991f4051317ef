package dev.bailiwick.server.account;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.util.Optional;
import org.springframework.security.core.context.DeferredSecurityContext;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpRequestResponseHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.util.function.SingletonSupplier;

/** A session knows only who; what they may do is looked up for each request, so that a change or a disabling holds at once. */
final class UserInSession implements SecurityContextRepository {

    private static final String USER = "user";

    private final Users users;

    UserInSession(Users users) {
        this.users = users;
    }

    @Override
    public DeferredSecurityContext loadDeferredContext(HttpServletRequest request) {
        var caller = SingletonSupplier.of(() -> caller(request));
        return new DeferredSecurityContext() {
            @Override
            public SecurityContext get() {
                SecurityContext context = SecurityContextHolder.createEmptyContext();
                caller.obtain().ifPresent(known -> context.setAuthentication(new CallerAuthentication(known)));
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

    @Override
    public void saveContext(SecurityContext context, HttpServletRequest request, HttpServletResponse response) {
        if (context.getAuthentication() instanceof CallerAuthentication signedIn) {
            request.getSession()
                    .setAttribute(USER, signedIn.getPrincipal().user().toString());
            return;
        }
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.removeAttribute(USER);
        }
    }

    @Override
    public boolean containsContext(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session != null && session.getAttribute(USER) != null;
    }

    private Optional<Caller> caller(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session != null && session.getAttribute(USER) instanceof String user
                ? users.inSession(UserId.parse(user))
                : Optional.empty();
    }
}

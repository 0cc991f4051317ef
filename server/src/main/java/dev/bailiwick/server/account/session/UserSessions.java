package dev.bailiwick.server.account.session;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.authentication.SessionUser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.stereotype.Service;

/** The sessions of a user, for the user. */
@Service
@ConditionalOnWebApplication
public class UserSessions {

    private final FindByIndexNameSessionRepository<? extends Session> stored;

    UserSessions(FindByIndexNameSessionRepository<? extends Session> stored) {
        this.stored = stored;
    }

    /** Lists the caller's sessions, those used last first. */
    public List<UserSession> list(Caller caller, HttpServletRequest request) {
        caller.require(Scope.TOKENS_READ);
        String current = id(request);
        return of(caller)
                .map(session -> new UserSession(
                        key(session),
                        Objects.requireNonNullElse(session.<String>getAttribute(SessionUser.ADDRESS), ""),
                        Objects.requireNonNullElse(session.<String>getAttribute(SessionUser.DEVICE), ""),
                        Factors.parse(session.getAttribute(SessionUser.FACTORS)).names(),
                        session.getCreationTime(),
                        session.getLastAccessedTime(),
                        session.getId().equals(current)))
                .sorted(Comparator.comparing(UserSession::lastUsedAt).reversed())
                .toList();
    }

    /**
     * Ends one of the caller's sessions, and the streams that it opened.
     *
     * @return whether it had not ended already
     */
    public boolean end(Caller caller, String key) {
        return end(caller, session -> key(session).equals(key)) > 0;
    }

    /** Ends all of the caller's sessions but the one that the request belongs to, if any. */
    public void endOthers(Caller caller, HttpServletRequest request) {
        String current = id(request);
        end(caller, session -> !session.getId().equals(current));
    }

    private int end(Caller caller, Predicate<Session> which) {
        caller.require(Scope.TOKENS_WRITE);
        List<? extends Session> ended = of(caller).filter(which).toList();
        ended.forEach(session -> stored.deleteById(session.getId()));
        return ended.size();
    }

    private Stream<? extends Session> of(Caller caller) {
        return stored.findByPrincipalName(caller.user().toString()).values().stream()
                .filter(session -> !session.isExpired());
    }

    private static @Nullable String id(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session == null ? null : session.getId();
    }

    /** The id of a session is a secret, so pages name it by a part of its hash. */
    private static String key(Session session) {
        return HexFormat.of().formatHex(new Secret(session.getId()).hash(), 0, 16);
    }
}

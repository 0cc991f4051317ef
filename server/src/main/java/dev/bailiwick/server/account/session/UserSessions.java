package dev.bailiwick.server.account.session;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.UserNotFound;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
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
import org.springframework.transaction.annotation.Transactional;

/** The sessions of a user, for the user and for whoever manages users. */
@Service
@ConditionalOnWebApplication
public class UserSessions {

    private final FindByIndexNameSessionRepository<? extends Session> stored;
    private final Users users;
    private final Audit audit;

    UserSessions(FindByIndexNameSessionRepository<? extends Session> stored, Users users, Audit audit) {
        this.stored = stored;
        this.users = users;
        this.audit = audit;
    }

    /** Lists the caller's sessions, those used last first. */
    public List<UserSession> list(Caller caller, HttpServletRequest request) {
        caller.require(Scope.TOKENS_READ);
        String current = id(request);
        return of(caller.user())
                .map(session -> shown(session, current))
                .sorted(Comparator.comparing(UserSession::lastUsedAt).reversed())
                .toList();
    }

    /**
     * Lists the sessions of a user, those used last first, for whoever manages users.
     *
     * @throws UserNotFound if there is no such user
     */
    public List<UserSession> list(Caller caller, UserId user) {
        requireKnown(caller, user);
        return of(user).map(session -> shown(session, null))
                .sorted(Comparator.comparing(UserSession::lastUsedAt).reversed())
                .toList();
    }

    /**
     * Ends all sessions of a user, and the streams that they opened, for whoever manages users.
     *
     * @throws UserNotFound if there is no such user
     */
    @Transactional
    public void endAll(Caller caller, UserId user) {
        requireKnown(caller, user);
        List<? extends Session> ended = of(user).toList();
        ended.forEach(session -> stored.deleteById(session.getId()));
        if (!ended.isEmpty()) {
            audit.record(caller.actor(), Subject.of("user", user), new AccountEvent.SessionsEnded(ended.size()));
        }
    }

    private void requireKnown(Caller caller, UserId user) {
        caller.require(Right.USERS);
        User _ = users.known(user);
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
        List<? extends Session> ended = of(caller.user()).filter(which).toList();
        ended.forEach(session -> stored.deleteById(session.getId()));
        return ended.size();
    }

    private static UserSession shown(Session session, @Nullable String current) {
        return new UserSession(
                key(session),
                Objects.requireNonNullElse(session.<String>getAttribute(SessionUser.ADDRESS), ""),
                Objects.requireNonNullElse(session.<String>getAttribute(SessionUser.DEVICE), ""),
                Factors.parse(session.getAttribute(SessionUser.FACTORS)).names(),
                session.getCreationTime(),
                session.getLastAccessedTime(),
                session.getId().equals(current));
    }

    private Stream<? extends Session> of(UserId user) {
        return stored.findByPrincipalName(user.toString()).values().stream().filter(session -> !session.isExpired());
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

package dev.bailiwick.server.account.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;

/** The sessions in the database. The time of last use is written at most once a minute, as otherwise each request would cost a write. */
final class WebSessions implements SessionRepository<WebSessions.RequestSession> {

    static final Duration USE_PRECISION = Duration.ofMinutes(1);

    private final SessionRepository<Session> stored;

    /** The cast is safe: the repository only gets sessions that it created. */
    @SuppressWarnings("unchecked")
    WebSessions(SessionRepository<? extends Session> stored) {
        this.stored = (SessionRepository<Session>) stored;
    }

    @Override
    public RequestSession createSession() {
        return new RequestSession(stored.createSession());
    }

    /** Saves the session if a user is signed in. The schema rejects sessions without a user. */
    @Override
    public void save(RequestSession session) {
        if (session.getAttribute(FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME) != null) {
            stored.save(session.stored);
        }
    }

    @Override
    public @Nullable RequestSession findById(String id) {
        Session found = stored.findById(id);
        return found == null ? null : new RequestSession(found);
    }

    @Override
    public void deleteById(String id) {
        stored.deleteById(id);
    }

    /** A session within a request. */
    static final class RequestSession implements Session {

        private final Session stored;

        RequestSession(Session stored) {
            this.stored = stored;
        }

        @Override
        public void setLastAccessedTime(Instant now) {
            if (!stored.getLastAccessedTime().plus(USE_PRECISION).isAfter(now)) {
                stored.setLastAccessedTime(now);
            }
        }

        @Override
        public String getId() {
            return stored.getId();
        }

        @Override
        public String changeSessionId() {
            return stored.changeSessionId();
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // The interface declares it so.
        public <T> @Nullable T getAttribute(String name) {
            return stored.getAttribute(name);
        }

        @Override
        public Set<String> getAttributeNames() {
            return stored.getAttributeNames();
        }

        @Override
        public void setAttribute(String name, Object value) {
            stored.setAttribute(name, value);
        }

        @Override
        public void removeAttribute(String name) {
            stored.removeAttribute(name);
        }

        @Override
        public Instant getCreationTime() {
            return stored.getCreationTime();
        }

        @Override
        public Instant getLastAccessedTime() {
            return stored.getLastAccessedTime();
        }

        @Override
        public void setMaxInactiveInterval(Duration interval) {
            stored.setMaxInactiveInterval(interval);
        }

        @Override
        public Duration getMaxInactiveInterval() {
            return stored.getMaxInactiveInterval();
        }

        @Override
        public boolean isExpired() {
            return stored.isExpired();
        }
    }
}
